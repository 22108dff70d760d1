/// The formats of strings that are kept to; other names are only notes for people, as the standard
/// says.
///
/// Each is a regular expression for part of what the format allows, which every reader takes.
/// Sources: RFC 3339 for dates and times, RFC 4122, 1123, 5321, 3986, 4291 for the others.
enum StringFormats {
    /// The expression of a format; nil if the name is not known.
    static func pattern(_ name: String) -> String? {
        switch name {
        case "date": date
        case "time": time + zone
        case "date-time": "(" + date + ")T" + time + zone
        case "duration": duration
        case "uuid": "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
        case "ipv4": ipv4
        case "ipv6": ipv6
        case "hostname", "idn-hostname": hostname
        case "email", "idn-email":
            "[A-Za-z0-9_+-]{1,16}(\\.[A-Za-z0-9_+-]{1,16}){0,3}@" + hostname
        case "uri", "iri": uri
        case "uri-reference", "iri-reference": "(" + uri + ")|(" + path + ")"
        case "json-pointer": "(/([A-Za-z0-9_.-]|~[01]){0,40}){0,10}"
        case "regex": "[A-Za-z0-9_ -]*"
        default: nil
        }
    }

    private static let year = "([1-9][0-9]{3}|0[1-9][0-9]{2})"
    /// Without the 29th of February, which not every year has.
    private static let date =
        year + "-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
        + "|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
    private static let time = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?"
    private static let zone = "(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
    private static let duration: String = {
        let n = "[0-9]{1,6}"
        let clock = "T(\(n)H(\(n)M(\(n)S)?)?|\(n)M(\(n)S)?|\(n)S)"
        let days = "(\(n)Y(\(n)M(\(n)D)?)?|\(n)M(\(n)D)?|\(n)D)(\(clock))?"
        return "P(\(days)|\(clock)|\(n)W)"
    }()
    private static let octet = "(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
    private static let ipv4 = octet + "(\\." + octet + "){3}"
    private static let ipv6: String = {
        let group = "[0-9a-f]{1,4}"
        // All eight groups, or a gap behind up to six of them and in front of up to one.
        return "(\(group):){7}\(group)|(\(group):){1,6}:\(group)|::(\(group))?"
    }()
    private static let label = "[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?"
    private static let hostname = "(" + label + "\\.){1,4}[a-z]{2,10}"
    private static let path = "(/([A-Za-z0-9._~-]|%[0-9A-F]{2}){1,60}){1,12}"
    private static let uri =
        "(https?|ftp)://" + hostname + "(:[1-9][0-9]{1,3})?(" + path + ")?/?"
        + "(\\?[A-Za-z0-9._~=&-]{1,80})?(#[A-Za-z0-9._~-]{1,40})?"
}
