internal import BitNetTensors

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Texts to train on: files, and what is in folders, in a fixed order.
public struct TextCorpus: Sendable {
    /// How files become documents.
    public struct Options: Sendable {
        /// The key of the text in a line of JSONL.
        public var field = "text"
        /// Whether all files and standard input are JSONL, whatever they are called.
        public var isJSONLines = false
        /// What stands between two documents of a text file; nil makes each file one document.
        public var delimiter: String?
        /// Whether bytes that are not UTF-8 become U+FFFD, rather than an error.
        public var repairsText = false

        /// Text in `text`, JSONL told by the name, one document a file, only UTF-8.
        public init() {}
    }

    /// The endings of the files that are taken from a folder.
    public static let folderEndings = [".txt", ".md", ".jsonl"]

    var files: [TextFile]
    let options: Options

    /// Finds the files at `paths`, in their order: files with any name, the files of folders with one
    /// of `folderEndings` (those in folders below too, sorted by path, hidden ones left out), and
    /// standard input for "-".
    ///
    /// Throws a ``TrainingError`` for a path where nothing is and a folder without texts.
    public init(paths: [String], options: Options = Options()) throws(TrainingError) {
        self.options = options
        files = []
        for path in paths { files += try Self.files(at: path, options) }
    }

    /// Whether standard input, which can be read only once, is one of the files.
    var readsStandardInput: Bool { files.contains { $0.path == "-" } }

    /// Leaves out the files that are in `other` too.
    mutating func remove(_ other: TextCorpus) {
        let others = Set(other.files.map(\.canonicalPath))
        files.removeAll { others.contains($0.canonicalPath) }
    }

    private static func files(
        at path: String, _ options: Options
    ) throws(TrainingError) -> [TextFile] {
        if path == "-" {
            return [TextFile(path: "-", isJSONLines: options.isJSONLines)]
        }
        var isFolder = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw TrainingError(.file, file: path, "no such file or folder")
        }
        let paths = isFolder ? try texts(inFolder: path) : [path]
        return paths.map { path in
            let isJSONLines =
                options.isJSONLines || path.hasSuffix(".jsonl") || path.hasSuffix(".ndjson")
            return TextFile(path: path, isJSONLines: isJSONLines)
        }
    }

    private static func texts(inFolder path: String) throws(TrainingError) -> [String] {
        guard let names = try? FileManager.default.subpathsOfDirectory(atPath: path) else {
            throw TrainingError(.file, file: path, "the folder cannot be read")
        }
        let folder = path.hasSuffix("/") ? path : path + "/"
        let texts = names.filter { name in
            let isHidden = name.split(separator: "/").contains { $0.hasPrefix(".") }
            return !isHidden && folderEndings.contains { name.hasSuffix($0) }
        }
        guard !texts.isEmpty else {
            throw TrainingError(
                .invalidData, file: path,
                "no texts in the folder; expected files that end in "
                    + folderEndings.joined(separator: ", "))
        }
        return texts.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { folder + $0 }
    }
}

/// A file of texts.
struct TextFile: Sendable {
    /// "-" is standard input.
    var path: String
    let isJSONLines: Bool
    /// The name for messages.
    let name: String
    /// The size in bytes; 0 where it is not known.
    let size: Int

    init(path: String, isJSONLines: Bool) {
        self.path = path
        self.isJSONLines = isJSONLines
        name = path == "-" ? "standard input" : path
        size = SequentialReader.size(ofFile: path) ?? 0
    }

    /// The path without links, the same for all ways to write it.
    var canonicalPath: String {
        path == "-" ? path : URL(filePath: path).resolvingSymlinksInPath().standardizedFileURL.path
    }
}
