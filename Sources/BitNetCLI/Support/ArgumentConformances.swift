public import ArgumentParser
public import BitNetEvaluation
public import BitNetTensors

extension KeyValueFormat: ExpressibleByArgument {}
extension PerplexityProtocol: ExpressibleByArgument {}
