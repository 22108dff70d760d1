internal import CBitNetKernels
internal import Synchronization

/// Memory that attention works in, made once: that of each worker, and partial results.
///
/// One `attend` at a time.
public final class AttentionScratch: @unchecked Sendable {
    // @unchecked Sendable: `plan` changes it before workers start; then each has its own part of
    // `memory`, and the counters are atomic.
    private(set) var runs: [AttentionRun] = []
    private(set) var unitCount = 0

    private let workers: Int
    private let memory: AlignedBuffer<Float>
    private let floatsPerWorker: Int
    private let partialFloats: Int
    private let limits: Limits
    private let counters: UnsafeMutablePointer<Atomic<Int>>
    private let counterCount: Int

    /// Passes of so few tokens are divided by blocks of positions, larger ones by tokens.
    private static let dividedTokens = 8
    /// Query rows whose results a worker holds; more heads than that still go together.
    private static let rowsPerRun = 64
    private static let tokensPerRun = 16
    /// Units of work for each worker, so that a slow one takes fewer.
    private static let unitsPerWorker = 4

    /// The shape and what follows from it.
    private struct Limits {
        let shape: AttentionShape
        let positions: Int
        var pitch: Int { shape.stride + Int(BN_LANES) }
        var tokens: Int { max(1, min(tokensPerRun, rowsPerRun / shape.groupHeads)) }
    }

    /// Reserves memory for sequences of up to `positions`; nil when there is none.
    init?(_ shape: AttentionShape, positions: Int, workers: Int) {
        guard positions >= 1, positions <= KeyValueLayout.positionLimit,
            shape.headDimension <= KeyValueLayout.widthLimit, shape.heads <= 1 << 32
        else { return nil }
        limits = Limits(shape: shape, positions: positions)
        self.workers = workers
        let rows = limits.tokens * shape.groupHeads
        floatsPerWorker = bn_attention_scratch(rows, shape.stride)
        let blocks = workers > 1 ? bn_attention_blocks(positions) : 0
        let partials = (Self.dividedTokens * limits.pitch).multiplied(by: shape.heads)?
            .multiplied(by: blocks > 1 ? blocks : 0)
        guard let own = floatsPerWorker.multiplied(by: workers), let partials else { return nil }
        let total = own.addingReportingOverflow(partials)
        guard !total.overflow, let memory = AlignedBuffer<Float>(count: total.partialValue)
        else { return nil }
        self.memory = memory
        partialFloats = partials
        counterCount = Self.dividedTokens * shape.keyValueHeads
        counters = .allocate(capacity: counterCount)
        for index in 0..<counterCount { (counters + index).initialize(to: Atomic(0)) }
    }

    deinit {
        counters.deinitialize(count: counterCount)
        counters.deallocate()
    }

    /// Divides the work of a pass into `unitCount` units.
    func plan(_ slots: [TokenSlot], _ shape: AttentionShape) {
        precondition(
            shape.heads == limits.shape.heads && shape.keyValueHeads == limits.shape.keyValueHeads
                && shape.headDimension == limits.shape.headDimension, "scratch of another shape")
        collectRuns(slots)
        let blocks = runs.reduce(0) { $0 + $1.blocks } * shape.keyValueHeads
        let enough = Self.unitsPerWorker * workers
        let piece = workers == 1 ? Int.max : max(1, (blocks + enough - 1) / enough)
        unitCount = 0
        var floats = 0
        var counter = 0
        for index in runs.indices {
            runs[index].firstUnit = unitCount
            let needed = runs[index].count * shape.heads * runs[index].blocks * limits.pitch
            if runs[index].blocks > piece, floats + needed <= partialFloats,
                counter + shape.keyValueHeads <= counterCount
            {
                let pieces = (runs[index].blocks + piece - 1) / piece
                runs[index].pieces = pieces
                runs[index].partials = workers * floatsPerWorker + floats
                runs[index].counter = counter
                for head in 0..<shape.keyValueHeads {
                    counters[counter + head].store(pieces, ordering: .relaxed)
                }
                floats += needed
                counter += shape.keyValueHeads
            }
            unitCount += runs[index].pieces * shape.keyValueHeads
        }
    }

    /// Consecutive positions of one sequence, as many as a worker takes together.
    private func collectRuns(_ slots: [TokenSlot]) {
        let share = slots.count * limits.shape.keyValueHeads / (Self.unitsPerWorker * workers)
        let divided = workers > 1 && slots.count > Self.dividedTokens
        let most = divided ? max(1, min(share, limits.tokens)) : limits.tokens
        runs.removeAll(keepingCapacity: true)
        for (token, slot) in slots.enumerated() {
            precondition(slot.position < limits.positions, "scratch for fewer positions")
            if let last = runs.last, last.count < most, last.memory === slot.memory,
                last.position + last.count == slot.position
            {
                runs[runs.count - 1].count += 1
            } else {
                runs.append(
                    AttentionRun(memory: slot.memory, token: token, position: slot.position))
            }
        }
    }

    /// Lets go of the sequences of the last plan.
    public func forgetRuns() { runs.removeAll(keepingCapacity: true) }

    /// Whether the last piece of `run`'s head is done now.
    func finishPiece(_ run: AttentionRun, head: Int) -> Bool {
        counters[run.counter + head].wrappingSubtract(1, ordering: .acquiringAndReleasing)
            .newValue == 0
    }

    func memory(of worker: Int) -> UnsafeMutablePointer<Float> {
        memory.pointer(worker * floatsPerWorker)
    }

    /// Partial results of `run`'s head, nil where one unit computes all blocks.
    func partials(_ run: AttentionRun, head: Int) -> UnsafeMutablePointer<Float>? {
        guard run.pieces > 1 else { return nil }
        let rows = run.count * limits.shape.groupHeads
        return memory.pointer(run.partials + head * rows * run.blocks * limits.pitch)
    }
}

/// Consecutive tokens of one sequence.
struct AttentionRun {
    let memory: KeyValueMemory
    /// The first token's index in the pass.
    let token: Int
    /// The first token's position.
    let position: Int
    /// The number of tokens.
    var count = 1
    /// Its first unit of work; each key/value head has `pieces`.
    var firstUnit = 0
    var pieces = 1
    /// Where partial results and the counters of unfinished pieces start, with several pieces.
    var partials = 0
    var counter = 0

    init(memory: KeyValueMemory, token: Int, position: Int) {
        self.memory = memory
        self.token = token
        self.position = position
    }

    /// Blocks of positions that its last token sees.
    var blocks: Int { bn_attention_blocks(position + count) }
}
