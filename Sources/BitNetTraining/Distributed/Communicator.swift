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
