#if Server
public import BitNetGeneration

/// How a server listens, what it allows and how it generates where a request does not say.
public struct ServerConfiguration: Sendable {
    /// The chat template that conversations are put into.
    public enum Template: Sendable, Equatable {
        /// The model's own; `plain` for a model without one.
        case model
        /// One that comes with the server: `plain`, `llama3` or `chatml`.
        case builtIn(String)
        /// The source of a Jinja template.
        case source(String)

        /// The names that `builtIn` takes.
        public static var builtInNames: [String] { ServedTemplate.builtIn.keys.sorted() }
    }

    /// What a server allows.
    public struct Limits: Sendable, Equatable {
        /// The largest body of a request, in bytes.
        public var bodyBytes = 16 << 20
        /// Texts that are generated at the same time.
        public var sequences = 16
        /// Texts that may wait for their turn; further requests are refused with 429.
        public var queue = 256
        /// Connections that are open at the same time; others wait to be accepted.
        public var connections = 1024
        /// Seconds that a request may take; nil for no limit.
        public var requestSeconds: Double?
        /// Seconds within which a client sends a request or takes what it was sent.
        public var clientSeconds = 60.0
        /// Seconds that a connection may be idle between requests.
        public var idleSeconds = 75.0

        /// The limits that are the default.
        public init() {}
    }

    /// How a server ends.
    public struct Drain: Sendable, Equatable {
        /// Seconds in which requests are still served while `/health` says that the server ends, so
        /// that a load balancer takes it out first.
        public var delaySeconds = 0.0
        /// Seconds that running requests get to end.
        public var timeoutSeconds = 30.0

        /// Seconds that requests get to report that they were cut short.
        static let cancelSeconds = 5.0

        /// No delay, and half a minute.
        public init() {}
    }

    /// The files that make connections secret, in PEM format.
    public struct TLS: Sendable, Equatable {
        /// The certificate, and behind it those that vouch for it.
        public var certificatePath: String
        /// The certificate's private key.
        public var keyPath: String

        /// The files at these paths.
        public init(certificatePath: String, keyPath: String) {
            self.certificatePath = certificatePath
            self.keyPath = keyPath
        }
    }

    /// The address or name to listen on.
    public var host = "127.0.0.1"
    /// The port; 0 for one that is free.
    public var port = 8080
    /// The certificate to speak TLS with; nil for connections that anyone on the way can read.
    public var tls: TLS?
    /// The keys of which a request must show one; none lets everyone in.
    public var keys: [String] = []
    /// The origins of web pages that may call the server from a browser; `*` for all.
    public var origins: [String] = []
    /// The name that clients see as the model's.
    public var modelName: String
    /// Whether requests that name another model are refused.
    public var strictModel = false
    /// What a request's own fields change.
    public var parameters = GenerationParameters()
    /// Whether a model that was not made for embeddings gives them all the same.
    public var forcesEmbeddings = false
    /// The form of conversations.
    public var template = Template.model
    /// What is allowed.
    public var limits = Limits()
    /// How the server ends.
    public var drain = Drain()
    /// Whether the log shows what clients send.
    public var logsPrompts = false

    /// The configuration of a server whose model has the name `modelName`.
    public init(modelName: String) { self.modelName = modelName }
}
#endif
