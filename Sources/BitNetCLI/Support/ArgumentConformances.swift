public import ArgumentParser
public import BitNetEvaluation
public import BitNetModels
public import BitNetTensors

extension HeadPrecision: ExpressibleByArgument {}
extension KeyValueFormat: ExpressibleByArgument {}
extension PerplexityProtocol: ExpressibleByArgument {}
