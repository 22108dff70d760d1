extension AlignedBuffer where Element == UInt8 {
    /// Gives a fresh buffer its memory, all zero, by writing to each of its pages.
    func touch(_ pool: ThreadPool) {
        let pages = (count + Self.smallestPage - 1) / Self.smallestPage
        pool.split(pages) { range in
            for page in range { base[page * Self.smallestPage] = 0 }
        }
    }

    /// Bytes of the smallest page of any system.
    private static var smallestPage: Int { 4096 }
}
