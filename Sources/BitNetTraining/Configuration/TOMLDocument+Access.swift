extension TOMLDocument {
    /// Whether there is a value or a table at a path.
    ///
    /// The key counts as known but not as read.
    public func has(_ key: String) -> Bool {
        values[key] != nil || headers[key] != nil || keys.contains { $0.hasPrefix(key + ".") }
    }

    /// The text at a path, nil when absent; anything else is an error.
    public func string(_ key: String) throws(TrainingError) -> String? {
        try read(key, "a string") { $0.string }
    }

    /// The whole number at a path, nil when absent; anything else is an error.
    public func int(_ key: String) throws(TrainingError) -> Int? {
        try read(key, "an integer") { $0.integer }
    }

    /// The number at a path, whole or not, nil when absent; anything else is an error.
    public func double(_ key: String) throws(TrainingError) -> Double? {
        try read(key, "a number") { $0.double }
    }

    /// The truth value at a path, nil when absent; anything else is an error.
    public func bool(_ key: String) throws(TrainingError) -> Bool? {
        try read(key, "true or false") { $0.bool }
    }

    /// The list of texts at a path, nil when absent; anything else is an error.
    public func strings(_ key: String) throws(TrainingError) -> [String]? {
        try readList(key, "a string") { $0.string }
    }

    /// The list of whole numbers at a path, nil when absent; anything else is an error.
    public func ints(_ key: String) throws(TrainingError) -> [Int]? {
        try readList(key, "an integer") { $0.integer }
    }

    /// The list of numbers at a path, nil when absent; anything else is an error.
    public func doubles(_ key: String) throws(TrainingError) -> [Double]? {
        try readList(key, "a number") { $0.double }
    }

    private func read<Value>(
        _ key: String, _ expected: String, _ convert: (TOMLValue) -> Value?
    ) throws(TrainingError) -> Value? {
        asked.insert(key)
        guard let value = values[key] else {
            guard !has(key) else {
                throw error(key, "expected \(expected), found a table")
            }
            return nil
        }
        guard let converted = convert(value) else {
            throw error(key, "expected \(expected), found \(value.kind)")
        }
        return converted
    }

    private func readList<Value>(
        _ key: String, _ expected: String, _ convert: (TOMLValue) -> Value?
    ) throws(TrainingError) -> [Value]? {
        guard let items = try read(key, "a list", { $0.items }) else { return nil }
        var list: [Value] = []
        for item in items {
            guard let value = convert(item) else {
                throw TrainingError(
                    .invalidConfiguration, file: "\(file):\(item.line)",
                    "\(key): expected \(expected) in the list, found \(item.kind)")
            }
            list.append(value)
        }
        return list
    }
}
