#if Server
import CBitNetPage

/// The chat page: static files that are part of the program.
///
/// The page is at `/`, what it loads at `/page/…`. Every file is sent with a policy that lets a
/// browser load nothing from elsewhere and run no script but these files.
struct ChatPage: Sendable {
    /// The page loads and runs nothing that is not from this server, and no markup becomes a script.
    static let contentSecurityPolicy = """
        default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
        img-src 'self' data:; base-uri 'none'; frame-ancestors 'none'; form-action 'none'; \
        require-trusted-types-for 'script'; trusted-types 'none'
        """

    /// The files, by name.
    let assets: [String: PageAsset]

    /// Copies the files out of the program, which takes well under a millisecond.
    init() {
        let named = (0..<bitnet_page_count()).map { index in
            let name = String(cString: bitnet_page_name(index))
            let bytes = (0..<bitnet_page_size(index)).map { bitnet_page_byte(index, $0) }
            return (name, PageAsset(name: name, bytes: bytes))
        }
        assets = Dictionary(uniqueKeysWithValues: named)
    }
}
#endif
