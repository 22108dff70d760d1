public import ArgumentParser
public import BitNetEvaluation
public import BitNetModels
public import BitNetTensors
public import BitNetTraining

extension HeadPrecision: ExpressibleByArgument {}
extension KeyValueFormat: ExpressibleByArgument {}
extension LossReduction: ExpressibleByArgument {}
extension PerplexityProtocol: ExpressibleByArgument {}
extension TrainingPrecision: ExpressibleByArgument {}
