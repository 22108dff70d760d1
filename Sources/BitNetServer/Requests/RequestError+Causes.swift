#if Server
import BitNetGeneration
import BitNetTokenizers
import NIOCore
import NIOHTTP1

extension RequestError {
    /// Any error as what a client is told.
    ///
    /// What the server itself can't explain is 500 and says no more, since its words may name files.
    init(_ error: any Error) {
        switch error {
        case let error as RequestError: self = error
        case let error as GenerationError: self.init(error)
        case let error as GenerationParameterError:
            self.init(
                .invalid, "\(error.field): found \(error.found); expected \(error.expected)",
                field: error.field)
        case let error as ChatTemplateError:
            self.init(.invalid, "messages: \(error)", field: "messages")
        case is NIOTooManyBytesError:
            self.init(.tooLarge, "the body is larger than this server takes (--max-body)")
        case HTTPParserError.invalidEOFState, is CancellationError, is ChannelError, is IOError:
            self.init(.clientGone, "the client closed the connection")
        case let error as HTTPParserError:
            self.init(.invalid, "the request is not valid HTTP: \(error)")
        default: self.init(.internalFailure, "the server failed; its log says more")
        }
    }

    private init(_ error: GenerationError) {
        switch error.code {
        case .contextFull: self.init(.contextLength, error.description)
        case .emptyPrompt: self.init(.invalid, error.description, field: "prompt")
        case .queueFull: self.init(.busy, error.description)
        case .noEmbeddings: self.init(.unsupported, error.description, field: "model")
        case .noChatTemplate, .busy: self.init(.internalFailure, error.description)
        }
    }
}
#endif
