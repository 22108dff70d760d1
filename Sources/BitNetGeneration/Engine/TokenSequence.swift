internal import BitNetModels
internal import BitNetTokenizers

/// A cache and the tokens that are in it; kept by a chat from one turn to the next.
///
/// Touched only on the engine's queue.
final class TokenSequence: @unchecked Sendable {
    // @unchecked Sendable: the engine's serial queue is the lock.
    let cache: KVCache
    private(set) var tokens: [TokenID] = []

    init(cache: KVCache) { self.cache = cache }

    /// Keeps what the cache has in common with the beginning of `prompt`, and returns how much.
    ///
    /// At least the prompt's last token is left to compute: its logits are needed.
    func reuse(for prompt: [TokenID]) -> Int {
        let limit = max(prompt.count - 1, 0)
        let common = zip(tokens, prompt.prefix(limit)).prefix { $0 == $1 }.count
        truncate(to: common)
        return common
    }

    func append(_ new: [TokenID]) { tokens.append(contentsOf: new) }

    /// Forgets all tokens from `count` on.
    func truncate(to count: Int) {
        cache.truncate(to: count)
        tokens.removeLast(tokens.count - count)
    }
}
