internal import BitNetTensors

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A folder that appears at its place when everything in it is written, or not at all.
final class StagedFolder {
    /// Where the files are written to: beside the place the folder will have.
    let path: String
    private let target: String
    private let isReplaceable: (_ name: String) -> Bool

    /// Begins a folder that will be at `target`.
    ///
    /// What is there already is an error, except for an empty folder and, with `replacing`, a folder
    /// of nothing but files whose names `isReplaceable` knows.
    init(
        _ target: String, replacing: Bool, isReplaceable: @escaping (_ name: String) -> Bool
    ) throws(TrainingError) {
        var target = target
        while target.utf8.count > 1, target.hasSuffix("/") { target.removeLast() }
        try Self.check(target, replacing, isReplaceable)
        self.target = target
        self.isReplaceable = isReplaceable
        path = "\(target).\(UInt64.random(in: .min ... .max)).tmp"
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true)
        } catch {
            throw TrainingError(
                .file, file: target, "cannot create the folder: is its place writable?")
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a small file.
    func write(_ bytes: [UInt8], to name: String) throws(FileError) {
        let writer = try AtomicFileWriter(path: "\(path)/\(name)")
        try writer.append(bytes)
        try writer.finish()
    }

    /// Moves the folder to its place.
    func finish() throws(TrainingError) {
        let old = path + ".old"
        do {
            let exists = FileManager.default.fileExists(atPath: target)
            if exists { try FileManager.default.moveItem(atPath: target, toPath: old) }
            try FileManager.default.moveItem(atPath: path, toPath: target)
            if exists { try FileManager.default.removeItem(atPath: old) }
        } catch {
            if !FileManager.default.fileExists(atPath: target) {
                try? FileManager.default.moveItem(atPath: old, toPath: target)
            }
            throw TrainingError(.file, file: target, "cannot move the finished folder to its place")
        }
    }

    private static func check(
        _ target: String, _ replacing: Bool, _ isReplaceable: (String) -> Bool
    ) throws(TrainingError) {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: target, isDirectory: &isFolder) else { return }
        guard isFolder else {
            throw TrainingError(
                .file, file: target, "it is a file; expected the name of a folder to write")
        }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: target) else {
            throw TrainingError(.file, file: target, "the folder cannot be read")
        }
        guard replacing || names.isEmpty else {
            throw TrainingError(
                .file, file: target,
                "it exists already; choose another place, or replace it (--force)")
        }
        if let other = names.sorted().first(where: { !isReplaceable($0) }) {
            throw TrainingError(
                .file, file: target,
                "it holds other files, such as \(other); choose another place")
        }
    }
}
