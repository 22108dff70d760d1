/// A dictionary that keeps its order; keys are strings, numbers, truth values and `None`.
final class RuntimeMapping: Sendable {
    struct Entry: Sendable {
        let key: RuntimeValue
        let value: RuntimeValue
    }

    let entries: [Entry]
    let depth: Int
    /// The place of each key, for dictionaries that are not small.
    private let places: [RuntimeKey: Int]

    /// Creates a dictionary of entries with different keys; `depth` counts it.
    fileprivate init(entries: [Entry], places: [RuntimeKey: Int], depth: Int) {
        self.entries = entries
        self.places = places
        self.depth = depth
    }

    /// The value of `key`, or `nil` without one or if the key cannot be one.
    subscript(key: RuntimeValue) -> RuntimeValue? {
        guard let key = RuntimeKey(key), let place = places[key] else { return nil }
        return entries[place].value
    }
}

/// A dictionary key by Python's equality: `1`, `1.0` and `True` are the same.
enum RuntimeKey: Hashable, Sendable {
    case null
    case integer(Int)
    case number(Double)
    case string(StringKey)

    /// A string that equals another by scalars, not by Unicode's canonical equivalence.
    struct StringKey: Hashable, Sendable {
        let text: String

        static func == (left: StringKey, right: StringKey) -> Bool {
            left.text.isSameText(as: right.text)
        }
    }

    /// The key of a value, or `nil` for a value that cannot be one.
    init?(_ value: RuntimeValue) {
        switch value {
        case .null: self = .null
        case .string(let text): self = .string(StringKey(text: text))
        case .number(let number): self = Int(exactly: number).map(Self.integer) ?? .number(number)
        default:
            guard let integer = value.integerValue else { return nil }
            self = .integer(integer)
        }
    }
}

/// Collects the entries of a dictionary; of equal keys the last value counts, at the first place.
struct RuntimeMappingBuilder {
    private var entries: [RuntimeMapping.Entry] = []
    private var places: [RuntimeKey: Int] = [:]

    init(capacity: Int) {
        entries.reserveCapacity(capacity)
        places.reserveCapacity(capacity)
    }

    /// Adds an entry; `false` if the key cannot be one.
    mutating func add(_ key: RuntimeValue, _ value: RuntimeValue) -> Bool {
        guard let hashed = RuntimeKey(key) else { return false }
        if let place = places[hashed] {
            entries[place] = .init(key: entries[place].key, value: value)
        } else {
            places[hashed] = entries.count
            entries.append(.init(key: key, value: value))
        }
        return true
    }

    /// The dictionary of the entries added.
    func build() -> RuntimeMapping {
        let depth = 1 + (entries.lazy.map(\.value.depth).max() ?? 0)
        return RuntimeMapping(entries: entries, places: places, depth: depth)
    }
}
