// What users import: the engine's public API under one name.
@_exported public import BitNetCheckpoints
@_exported public import BitNetEvaluation
@_exported public import BitNetGeneration
@_exported public import BitNetModels
@_exported public import BitNetTensors
@_exported public import BitNetTokenizers
@_exported public import BitNetTraining
