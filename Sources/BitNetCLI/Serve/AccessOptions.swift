#if Server
import ArgumentParser
import BitNetServer

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Who may call `bitnet serve`, and how secretly.
struct AccessOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A file with keys, one a line, of which every request must show one; # begins a "
                + "comment. The environment's BITNET_API_KEY has more, with commas between.",
            valueName: "file"))
    var apiKeyFile: String?

    @Option(
        help: ArgumentHelp(
            "A key; other users of the machine can see it in the list of processes. May be "
                + "repeated.", valueName: "key"))
    var apiKey: [String] = []

    @Option(
        help: ArgumentHelp(
            "A web page's origin, such as https://chat.example, that may call the server from a "
                + "browser; * for all. May be repeated.", valueName: "origin"))
    var corsOrigin: [String] = []

    @Option(
        help: ArgumentHelp(
            "A certificate in PEM format, with those that vouch for it, to speak TLS.",
            valueName: "file"))
    var tlsCert: String?

    @Option(help: ArgumentHelp("The certificate's private key in PEM format.", valueName: "file"))
    var tlsKey: String?

    mutating func validate() throws {
        if (tlsCert == nil) != (tlsKey == nil) {
            throw ValidationError("--tls-cert and --tls-key need each other")
        }
        for origin in corsOrigin where origin != "*" && !origin.contains("://") {
            throw ValidationError(
                "--cors-origin: expected * or an origin such as https://chat.example, found "
                    + origin)
        }
    }

    func apply(to configuration: inout ServerConfiguration) throws {
        configuration.origins = corsOrigin
        configuration.keys = try keys()
        if let tlsCert, let tlsKey {
            configuration.tls = .init(certificatePath: tlsCert, keyPath: tlsKey)
        }
    }

    private func keys() throws -> [String] {
        var keys = apiKey
        if let apiKeyFile {
            let text = String(decoding: try InputFile.bytes(apiKeyFile), as: UTF8.self)
            let listed = text.split(whereSeparator: \.isNewline)
                .map { $0.prefix { $0 != "#" }.trimmingPrefix { $0.isWhitespace } }
                .map { line in String(line.reversed().drop { $0.isWhitespace }.reversed()) }
                .filter { !$0.isEmpty }
            guard !listed.isEmpty else {
                throw CommandFailure("\(apiKeyFile): there is no key; expected one a line")
            }
            keys += listed
        }
        let variable = ProcessInfo.processInfo.environment["BITNET_API_KEY"] ?? ""
        return keys + variable.split(separator: ",").map { String($0.filter { $0 != " " }) }
    }
}
#endif
