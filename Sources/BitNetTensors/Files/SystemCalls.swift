#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#elseif canImport(Android)
internal import Android
#elseif canImport(Darwin)
internal import Darwin
#endif

/// The few file system calls this module makes, with their platform differences in one place.
enum SystemCalls {
    /// The page size that `madvise` ranges are rounded to.
    static let pageSize = Int(sysconf(Int32(_SC_PAGESIZE)))

    /// An environment variable; nil when it is not set.
    static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// The error of the last failed call, as a `FileError` that says what was attempted.
    static func lastError(_ path: String, _ attempt: String) -> FileError {
        let number = errno
        let reason = String(cString: strerror(number))
        let code: FileError.Code = number == ENOENT ? .notFound : .system
        return FileError(code: code, path: path, message: "cannot \(attempt): \(reason)")
    }

    /// Opens a regular file for reading and returns its descriptor and size.
    static func openRegularFile(_ path: String) throws(FileError) -> (descriptor: Int32, size: Int)
    {
        // Without O_NONBLOCK, opening a pipe that has no writer would wait for one.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw lastError(path, "open the file") }
        do throws(FileError) {
            return (descriptor, try regularFileSize(descriptor, path))
        } catch {
            _ = close(descriptor)
            throw error
        }
    }

    private static func regularFileSize(_ descriptor: Int32, _ path: String) throws(FileError)
        -> Int
    {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw lastError(path, "read the file's size") }
        switch status.st_mode & S_IFMT {
        case S_IFREG:
            return Int(status.st_size)
        case S_IFDIR:
            throw FileError(
                code: .isDirectory, path: path, message: "expected a file, found a folder")
        default:
            throw FileError(
                code: .notRegular, path: path,
                message: "expected a regular file, found a device, pipe or socket")
        }
    }

    /// Maps `size` bytes (more than zero) of an open file for reading.
    static func map(
        _ descriptor: Int32, size: Int, path: String
    ) throws(FileError) -> UnsafeRawPointer {
        let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let address, address != MAP_FAILED else { throw lastError(path, "map the file") }
        return UnsafeRawPointer(address)
    }

    /// Reads `size` bytes at `offset` into `target`; false when they can't all be read.
    static func read(
        _ descriptor: Int32, _ target: UnsafeMutableRawPointer, size: Int, at offset: Int
    ) -> Bool {
        var done = 0
        while done < size {
            let count = pread(descriptor, target + done, size - done, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            done += count
        }
        return true
    }

    /// Opens a file, a pipe or a device for reading from front to back; "-" is standard input.
    static func openForReading(_ path: String) throws(FileError) -> Int32 {
        let descriptor = path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw lastError(path, "open the file") }
        return descriptor
    }

    /// Appends at most `limit` bytes from the file's present position to `bytes`.
    ///
    /// - Returns: The number of bytes, 0 at the end of the file.
    static func read(
        _ descriptor: Int32, into bytes: inout [UInt8], limit: Int, path: String
    ) throws(FileError) -> Int {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: limit))
        let count = bytes.withUnsafeMutableBytes { bytes in
            while true {
                let count = platformRead(descriptor, bytes.baseAddress! + start, limit)
                if count >= 0 || errno != EINTR { return count }
            }
        }
        bytes.removeLast(limit - max(0, count))
        guard count >= 0 else { throw lastError(path, "read the file") }
        return count
    }

    private static func platformRead(
        _ descriptor: Int32, _ target: UnsafeMutableRawPointer, _ size: Int
    ) -> Int {
        #if canImport(Darwin)
        Darwin.read(descriptor, target, size)
        #elseif canImport(Glibc)
        Glibc.read(descriptor, target, size)
        #elseif canImport(Musl)
        Musl.read(descriptor, target, size)
        #else
        Android.read(descriptor, target, size)
        #endif
    }

    /// Closes a descriptor that was only read from.
    static func closeQuietly(_ descriptor: Int32) { _ = close(descriptor) }

    /// Removes a mapping made by `map`.
    static func unmap(_ base: UnsafeRawPointer, size: Int) {
        _ = munmap(UnsafeMutableRawPointer(mutating: base), size)
    }

    /// Drops the pages of a mapping from this process; they are read again when touched.
    static func dropPages(_ base: UnsafeRawPointer, size: Int) {
        _ = madvise(UnsafeMutableRawPointer(mutating: base), size, MADV_DONTNEED)
    }

    /// Reads the pages of a mapping in now, or at least asks the kernel to start.
    static func readPages(_ base: UnsafeRawPointer, size: Int) {
        let address = UnsafeMutableRawPointer(mutating: base)
        #if os(Linux) || os(Android)
        let populateRead: Int32 = 22  // MADV_POPULATE_READ, Linux 5.14
        if madvise(address, size, populateRead) == 0 { return }
        #endif
        _ = madvise(address, size, MADV_WILLNEED)
    }
}

extension SystemCalls {
    /// Creates a file that must not exist yet, open for writing.
    static func createFile(_ path: String) throws(FileError) -> Int32 {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw lastError(path, "create the file") }
        return descriptor
    }

    /// Opens a file for writing at its end, creating it if there is none.
    static func openForAppending(_ path: String) throws(FileError) -> Int32 {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK, 0o644)
        guard descriptor >= 0 else { throw lastError(path, "open the file for writing") }
        return descriptor
    }

    /// Cuts an open file to `size` bytes if it has more.
    static func cut(_ descriptor: Int32, to size: Int, path: String) throws(FileError) {
        guard try regularFileSize(descriptor, path) > size else { return }
        guard ftruncate(descriptor, off_t(size)) == 0 else {
            throw lastError(path, "shorten the file")
        }
    }

    /// Writes all of `bytes`, in as many calls as it takes.
    static func writeAll(
        _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, path: String
    ) throws(FileError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let written = write(descriptor, part.baseAddress, min(part.count, 1 << 30))
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw lastError(path, "write the file") }
            rest = rest.dropFirst(written)
        }
    }

    /// Writes all of `bytes` at `offset` of the file, over what is there.
    static func writeAll(
        _ descriptor: Int32, _ bytes: UnsafeRawBufferPointer, at offset: Int, path: String
    ) throws(FileError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let written = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + done))
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw lastError(path, "write the file") }
            done += written
        }
    }

    /// Waits until what was written is on the disk.
    static func synchronize(_ descriptor: Int32, path: String) throws(FileError) {
        guard fsync(descriptor) == 0 else { throw lastError(path, "write the file") }
    }

    /// Waits until the names in the folder of the file at `path` are on the disk: without it a power
    /// cut can undo a move that has been made.
    static func synchronizeFolder(of path: String) throws(FileError) {
        var folder = "."
        if let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) {
            folder = slash == path.startIndex ? "/" : String(path[..<slash])
        }
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw lastError(folder, "open the folder") }
        defer { _ = close(descriptor) }
        // Some file systems cannot synchronise folders, and say so with EINVAL.
        guard fsync(descriptor) == 0 || errno == EINVAL else {
            throw lastError(folder, "write the folder")
        }
    }

    /// Keeps other processes from locking an open file, until it is closed; false when one has.
    ///
    /// Tries for a tenth of a second: a program that this process has just started shares its files, and
    /// their locks, until it runs.
    static func lock(_ descriptor: Int32) -> Bool {
        for _ in 0..<20 {
            // File systems without locks fail in another way, and are used without.
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK { return true }
            usleep(5000)
        }
        return false
    }

    /// Moves a file within its folder, over whatever file is at `target`.
    static func rename(_ source: String, to target: String) throws(FileError) {
        #if canImport(Darwin)
        let result = Darwin.rename(source, target)
        #elseif canImport(Glibc)
        let result = Glibc.rename(source, target)
        #elseif canImport(Musl)
        let result = Musl.rename(source, target)
        #else
        let result = Android.rename(source, target)
        #endif
        guard result == 0 else { throw lastError(target, "move the finished file to its name") }
    }

    /// Bytes that are free for this user on the disk of `folder`; nil when the system does not tell.
    static func availableSpace(in folder: String) -> Int? {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return nil }
        let bytes = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return bytes.overflow ? nil : Int(clamping: bytes.partialValue)
    }

    /// Removes a file that this process created.
    static func remove(_ path: String) { _ = unlink(path) }
}
