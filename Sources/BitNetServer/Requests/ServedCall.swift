#if Server
import HTTPTypes
import Hummingbird
import NIOCore

/// One request on its way: what a route gets, and the services it uses.
struct ServedCall: Sendable {
    let request: Request
    /// What the path has in the place of the route's `{name}`.
    let parameter: String
    let state: ServerState
    let record: RequestRecord
    let cancellation: RequestCancellation

    /// The configuration of the server.
    var configuration: ServerConfiguration { state.configuration }

    /// The model; throws while it is loading.
    func model() throws(RequestError) -> ServedModel { try state.lifecycle.model() }

    /// The model that a request names.
    ///
    /// There is only one, which answers to every name unless the server is strict about it.
    func model(named name: String?) throws(RequestError) -> ServedModel {
        let model = try model()
        if configuration.strictModel, let name, name != model.name {
            throw RequestError(
                .modelNotFound, "there is no model \(name) here; this server has \(model.name)",
                field: "model")
        }
        return model
    }

    /// The fields of the body, which is to be a JSON object.
    func readFields() async throws -> RequestFields {
        let limit = configuration.limits.bodyBytes
        // Refused before it is sent, if the client says how much will come.
        let length = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        guard length <= limit else { throw NIOTooManyBytesError(maxBytes: limit) }
        let body = try await request.body.collect(upTo: limit)
        let fields = try RequestFields(body: Array(body.readableBytesView))
        if configuration.logsPrompts { record.note(body: String(buffer: body)) }
        return fields
    }

    /// Makes ready what `request` asks for; throws what is wrong with it, or that there is no room.
    func complete(_ request: ServedRequest, _ model: ServedModel) throws(RequestError) -> Completion
    {
        let width = configuration.limits.sequences
        let completion = try Completion(
            request, model: model, width: width, cancellation: cancellation)
        record.admitted(try state.admission.admit(min(completion.choiceCount, width)))
        return completion
    }

    /// Generates all texts and waits for them.
    func collect(
        _ completion: Completion
    ) async throws -> (choices: [CollectedChoice], usage: ServedUsage) {
        var counter = UsageCounter(choicesPerPrompt: completion.choicesPerPrompt)
        var choices = Array(repeating: CollectedChoice(), count: completion.choiceCount)
        for try await event in completion.events() {
            record.note(event)
            counter.add(event)
            choices[event.choice].add(event.kind)
        }
        record.note(counter.usage)
        return (choices, counter.usage)
    }

    /// A response that sends the events as they happen.
    func stream<Encoder: StreamEncoder>(_ completion: Completion, _ encoder: Encoder) -> Response {
        let (record, cancellation) = (record, cancellation)
        let body = ResponseBody { writer in
            var encoder = encoder
            var counter = UsageCounter(choicesPerPrompt: completion.choicesPerPrompt)
            var isBroken = false
            func send(_ bytes: [UInt8]) async throws {
                guard !bytes.isEmpty else { return }
                isBroken = true
                try await writer.write(ByteBuffer(bytes: bytes))
                isBroken = false
            }
            do {
                try await send(encoder.begin())
                for try await event in completion.events() {
                    record.note(event)
                    counter.add(event)
                    try await send(encoder.encode(event))
                }
                try await send(encoder.end(counter.usage))
            } catch {
                // A write that failed is the client's doing, whatever the connection calls it.
                let failure =
                    isBroken
                    ? cancellation.error
                        ?? RequestError(.clientGone, "the client closed the connection")
                    : RequestError(error)
                record.note(failure: failure)
                if isBroken { throw error }
                try await writer.write(ByteBuffer(bytes: encoder.fail(failure)))
            }
            record.note(counter.usage)
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [.contentType: Encoder.contentType, .cacheControl: "no-cache"], body: body)
    }
}

extension Response {
    /// A response with a JSON body.
    static func json(_ value: JSONOutput, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: value.bytes)))
    }
}
#endif
