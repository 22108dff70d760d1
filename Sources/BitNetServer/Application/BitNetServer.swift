#if Server
public import BitNetGeneration
import Hummingbird
public import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// A model served over HTTP.
///
///     let server = try BitNetServer(
///         ServerConfiguration(modelName: "kjv-tiny"), logger: Logger(label: "bitnet"))
///     try await server.run {
///         try await LanguageModel.load(from: "kjv-tiny")
///     } report: { print($0) }
///
/// It listens before the model has been loaded, answers 503 until then, and ends when it is told to,
/// after the requests that are running.
public final class BitNetServer: Sendable {
    /// What a server reports while it starts and ends.
    public enum Report: Sendable {
        /// It listens at this address, such as `http://127.0.0.1:8080`.
        case listening(url: String)
        /// The model has been loaded.
        case ready
        /// It is about to end.
        case draining
    }

    let state: ServerState
    private let end = Signal()
    private let failure = Mutex<(any Error)?>(nil)

    /// A server that does not listen yet.
    ///
    /// Throws where the configuration can't be used.
    public init(
        _ configuration: ServerConfiguration, logger: Logger
    ) throws(ServerError) {
        state = try ServerState(configuration, logger: logger)
    }

    /// Listens, loads the model, and serves it until ``drain()``.
    ///
    /// Throws when it can't listen or the model can't be loaded.
    public func run(
        loading load: @escaping @Sendable () async throws -> LanguageModel,
        report: @escaping @Sendable (Report) -> Void = { _ in }
    ) async throws {
        warnAboutExposure()
        let application = try application { [self] url in
            report(.listening(url: url))
            Task { [self] in
                do {
                    try serve(try await load())
                    report(.ready)
                } catch {
                    failure.withLock { $0 = error }
                    end.send()
                }
            }
        }
        let services = ServiceGroup(
            configuration: .init(
                services: [.init(service: application)], logger: Self.quietLogger))
        let drain = Task { [self] in
            await end.wait()
            guard !Task.isCancelled else { return }
            report(.draining)
            await finishRequests()
            await services.triggerGracefulShutdown()
        }
        defer {
            drain.cancel()
            end.send()
        }
        do {
            try await services.run()
        } catch {
            let address = "\(state.configuration.host), port \(state.configuration.port)"
            throw ServerError("cannot listen on \(address): \(error)")
        }
        if let error = failure.withLock({ $0 }) { throw error }
    }

    /// Ends the server when the requests that are running have ended or their time is up.
    ///
    /// Returns at once; `run` returns when it is done.
    public func drain() { end.send() }

    /// An address that other machines reach should ask for a key and keep it secret.
    private func warnAboutExposure() {
        let configuration = state.configuration
        let isLocal =
            ["localhost", "::1"].contains(configuration.host)
            || configuration.host.hasPrefix("127.")
        guard !isLocal else { return }
        if configuration.keys.isEmpty {
            state.logger.warning("anyone who reaches this address may use the model; set a key")
        } else if configuration.tls == nil {
            state.logger.warning("keys and texts are sent unencrypted; use TLS or a proxy with it")
        }
    }

    private func serve(_ model: LanguageModel) throws {
        let template = try ServedTemplate(state.configuration.template, for: model)
        state.lifecycle.load(
            ServedModel(
                language: model, name: state.configuration.modelName, template: template,
                created: WallClock.seconds))
    }

    /// Waits for what is running, then ends it.
    private func finishRequests() async {
        let drain = state.configuration.drain
        state.lifecycle.beginLeaving()
        try? await Task.sleep(for: .seconds(drain.delaySeconds))
        state.lifecycle.beginDraining()
        if await isIdle(within: drain.timeoutSeconds) { return }
        state.lifecycle.cancelRunning()
        _ = await isIdle(within: ServerConfiguration.Drain.cancelSeconds)
    }

    private func isIdle(within seconds: Double) async -> Bool {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while state.lifecycle.runningCount > 0 {
            if ContinuousClock.now >= deadline { return false }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return true
    }

    /// Hummingbird's own words would double ours.
    static var quietLogger: Logger {
        var logger = Logger(label: "bitnet.http")
        logger.logLevel = .critical
        return logger
    }
}
#endif
