public import BitNetTensors

/// The processes that train one model together, each with a part of every batch.
public protocol Communicator: Sendable {
    /// This process's number, from 0.
    var rank: Int { get }
    /// How many processes there are.
    var size: Int { get }
    /// Replaces `buffer` in every process by the sum over all, in an order that depends only on
    /// `size`.
    func sum(_ buffer: AlignedBuffer<Float>) throws
    /// The sums over all processes.
    func sum(_ values: [Double]) throws -> [Double]
    /// Process 0's bytes, in every process.
    func broadcast(_ bytes: [UInt8]) throws -> [UInt8]
    /// Waits for all processes.
    func barrier() throws
    /// How many of the processes share this machine, this one included.
    var localSize: Int { get }
    /// Tells the user and ends every process of the run, this one included, at once: for a failure of
    /// this process alone, which the others would wait for. Does nothing when there are no others.
    func abort(_ message: String)
    /// Waits for all processes and leaves the run in good order; the last call.
    func finish() throws
}

extension Communicator {
    /// 1.
    public var localSize: Int { 1 }
    /// Does nothing: the error that the caller throws is enough.
    public func abort(_ message: String) {}
    /// Does nothing.
    public func finish() throws {}
}

/// Training in one process: every sum is its own value.
public struct SingleProcess: Communicator {
    /// The only process.
    public init() {}
    /// 0.
    public var rank: Int { 0 }
    /// 1.
    public var size: Int { 1 }
    /// Leaves `buffer` as it is.
    public func sum(_ buffer: AlignedBuffer<Float>) {}
    /// `values` themselves.
    public func sum(_ values: [Double]) -> [Double] { values }
    /// `bytes` themselves.
    public func broadcast(_ bytes: [UInt8]) -> [UInt8] { bytes }
    /// Returns at once.
    public func barrier() {}
}
