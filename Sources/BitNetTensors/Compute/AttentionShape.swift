internal import CBitNetKernels

/// A token's place: the cache of its sequence and its position there.
public struct TokenSlot: Sendable {
    /// The sequence's keys and values.
    public let memory: KeyValueMemory
    /// The token's position, from 0.
    public let position: Int

    /// The token at `position` of the sequence that `memory` holds.
    public init(memory: KeyValueMemory, position: Int) {
        precondition(position >= 0 && position < memory.capacity, "position outside the cache")
        self.memory = memory
        self.position = position
    }
}

/// Angles of the rotary embedding by position: cos and sin, each (positions, head dimension / 2).
public struct RotaryTable: Sendable {
    /// Cosines, (positions, half).
    public let cosines: AlignedBuffer<Float>
    /// Sines, (positions, half).
    public let sines: AlignedBuffer<Float>
    /// Half the head's width.
    public let half: Int

    /// A table of the buffers' common size.
    public init(cosines: AlignedBuffer<Float>, sines: AlignedBuffer<Float>, half: Int) {
        precondition(cosines.count == sines.count && half > 0, "tables differ in size")
        self.cosines = cosines
        self.sines = sines
        self.half = half
    }

    /// Where the angles of `position` start.
    func row(_ position: Int) -> Int {
        precondition(position >= 0 && position < cosines.count / half, "position \(position)")
        return position * half
    }
}

/// The shape of an attention layer's input.
public struct AttentionShape: Sendable {
    /// Query heads.
    public let heads: Int
    /// Key/value heads; query head h reads key/value head h / (heads / keyValueHeads).
    public let keyValueHeads: Int
    /// Values of a head, even.
    public let headDimension: Int

    /// A shape whose query heads are a multiple of its key/value heads.
    public init(heads: Int, keyValueHeads: Int, headDimension: Int) {
        precondition(keyValueHeads > 0 && heads % keyValueHeads == 0, "heads do not group")
        precondition(headDimension > 0 && headDimension % 2 == 0, "a head's width must be even")
        self.heads = heads
        self.keyValueHeads = keyValueHeads
        self.headDimension = headDimension
    }

    /// Values of all query heads of a token.
    public var queryWidth: Int { heads * headDimension }
    /// Values of all key (or value) heads of a token.
    public var keyValueWidth: Int { keyValueHeads * headDimension }

    var groupHeads: Int { heads / keyValueHeads }
    /// A head's width, rounded up to the kernels' lanes.
    var stride: Int { (headDimension + Int(BN_LANES) - 1) / Int(BN_LANES) * Int(BN_LANES) }

    /// Values that the rotated queries of one token take, padding included.
    public var paddedQueryWidth: Int { heads * stride }
}
