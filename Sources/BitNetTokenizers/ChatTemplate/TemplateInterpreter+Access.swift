extension TemplateInterpreter {
    /// `value.name`: a method or attribute, else the item of that name.
    func attribute(
        _ name: String, of value: RuntimeValue
    ) throws(ChatTemplateError) -> RuntimeValue {
        if let found = try member(name, of: value) { return found }
        if case .mapping(let mapping) = value {
            try charge(name.utf8.count)
            return mapping[.string(name)] ?? .undefined(name)
        }
        if case .undefined(let missing) = value { throw .undefined(missing) }
        return .undefined(name)
    }

    /// `value[key]`: an item, else the method or attribute of that name.
    func item(
        _ key: RuntimeValue, of value: RuntimeValue
    ) throws(ChatTemplateError) -> RuntimeValue {
        if case .undefined(let missing) = value { throw .undefined(missing) }
        try charge(key.cost)
        if let found = try storedItem(key, of: value) { return found }
        guard case .string(let name) = key else { return .undefined(try text(of: key)) }
        return try member(name, of: value) ?? .undefined(name)
    }

    private func storedItem(
        _ key: RuntimeValue, of value: RuntimeValue
    ) throws(ChatTemplateError) -> RuntimeValue? {
        switch value {
        case .mapping(let mapping):
            return mapping[key]
        case .sequence(let sequence)
        where sequence.kind != .generator && sequence.kind != .view:
            let count = sequence.items.count
            return key.integerValue.flatMap { Self.index($0, count) }.map { sequence.items[$0] }
        case .string(let text):
            guard let index = key.integerValue else { return nil }
            try charge(text.utf8.count)
            let scalars = text.unicodeScalars
            return Self.index(index, scalars.count).map {
                .string(String(scalars[scalars.index(scalars.startIndex, offsetBy: $0)]))
            }
        default:
            return nil
        }
    }

    /// The place of Python's `index`, which counts from the end if negative; `nil` outside.
    private static func index(_ index: Int, _ count: Int) -> Int? {
        let place = index < 0 ? index + count : index
        return place >= 0 && place < count ? place : nil
    }

    /// A method or attribute of a value that is not an item of it.
    private func member(
        _ name: String, of value: RuntimeValue
    ) throws(ChatTemplateError) -> RuntimeValue? {
        switch value {
        case .loop(let loop): return try attribute(name, of: loop)
        case .namespace(let number): return namespaces[number][name]
        default:
            guard let methods = TemplateMethods.names(of: value) else { return nil }
            if methods.supported.contains(name) {
                return .callable(.method(receiver: value, name: name))
            }
            guard methods.refused.contains(name) else { return nil }
            throw .unsupported("the method '\(name)' of a \(value.typeName) is not supported")
        }
    }

    /// `value[start:stop:step]` of a string or sequence.
    func slice(
        _ value: RuntimeValue, _ bounds: TemplateSlice
    ) throws(ChatTemplateError) -> RuntimeValue {
        let start = try bound(bounds.start)
        let stop = try bound(bounds.stop)
        let step = try bound(bounds.step) ?? 1
        guard step != 0 else { throw .invalid("a slice with a step of 0") }
        try charge(value.cost)
        switch value {
        case .string(let text):
            let scalars = Array(text.unicodeScalars)
            let places = Self.places(scalars.count, start, stop, step)
            return try string(String(scalars: places.lazy.map { scalars[$0] }))
        case .sequence(let sequence)
        where sequence.kind != .generator && sequence.kind != .view:
            let places = Self.places(sequence.items.count, start, stop, step)
            return try self.sequence(places.map { sequence.items[$0] }, sequence.kind)
        default:
            throw .cannot("slice", value)
        }
    }

    private func bound(
        _ expression: TemplateExpression?
    ) throws(ChatTemplateError) -> Int? {
        guard let expression else { return nil }
        let value = try evaluate(expression)
        if case .null = value { return nil }
        guard let integer = value.integerValue else { throw .cannot("slice with", value) }
        return integer
    }

    /// The places that Python's slice selects from `count` items.
    private static func places(
        _ count: Int, _ start: Int?, _ stop: Int?, _ step: Int
    ) -> StrideTo<Int> {
        let lowest = step < 0 ? -1 : 0
        let highest = step < 0 ? count - 1 : count
        func clamp(_ bound: Int) -> Int {
            let place = bound < 0 ? max(bound, -count - 1) + count : bound
            return min(max(place, lowest), highest)
        }
        let from = start.map(clamp) ?? (step < 0 ? highest : lowest)
        let to = stop.map(clamp) ?? (step < 0 ? lowest : highest)
        return stride(from: from, to: to, by: min(max(step, -count - 1), count + 1))
    }
}
