#if Server
import HTTPTypes
import Hummingbird

/// A file of the page, ready to be sent.
struct PageAsset: Sendable {
    let contentType: String
    /// Changes with the file's bytes, so that a browser asks for them only after an update.
    let entityTag: String
    let body: ByteBuffer

    init(name: String, bytes: [UInt8]) {
        contentType = Self.contentType(of: name)
        entityTag = "\"\(String(Self.hash(bytes), radix: 16))\""
        body = ByteBuffer(bytes: bytes)
    }

    /// The file, or 304 if the browser has it.
    func response(to request: Request) -> Response {
        var headers = headers
        if request.headers[.ifNoneMatch] == entityTag {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = contentType
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
    }

    private var headers: HTTPFields {
        [
            .eTag: entityTag,
            .cacheControl: "no-cache",
            .contentSecurityPolicy: ChatPage.contentSecurityPolicy,
            .xContentTypeOptions: "nosniff",
            .referrerPolicy: "no-referrer",
            .crossOriginOpenerPolicy: "same-origin",
            .crossOriginResourcePolicy: "same-origin",
        ]
    }

    private static func contentType(of name: String) -> String {
        switch name.split(separator: ".").last {
        case "html": "text/html; charset=utf-8"
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml"
        default: "application/octet-stream"
        }
    }

    /// FNV-1a with 64 bits.
    private static func hash(_ bytes: [UInt8]) -> UInt64 {
        bytes.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}

extension HTTPField.Name {
    fileprivate static let referrerPolicy = Self("Referrer-Policy")!
    fileprivate static let crossOriginOpenerPolicy = Self("Cross-Origin-Opener-Policy")!
}
#endif
