/// The space on disks.
public enum DiskSpace {
    /// Bytes that a file at `path` can take, which need not exist yet; nil when the system does not
    /// tell.
    public static func available(forFile path: String) -> Int? {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else {
            return SystemCalls.availableSpace(in: ".")
        }
        return SystemCalls.availableSpace(in: slash == path.startIndex ? "/" : String(path[..<slash]))
    }
}
