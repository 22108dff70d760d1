public import ArgumentParser
public import BitNetEvaluation
public import BitNetGeneration
public import BitNetModels
public import BitNetTensors
public import BitNetTraining

extension EmbeddingPooling: ExpressibleByArgument {}
extension HeadPrecision: ExpressibleByArgument {}
extension KeyValueFormat: ExpressibleByArgument {}
extension LossReduction: ExpressibleByArgument {}
extension PackChoice: ExpressibleByArgument {}
extension PerplexityProtocol: ExpressibleByArgument {}
extension TrainingPrecision: ExpressibleByArgument {}
