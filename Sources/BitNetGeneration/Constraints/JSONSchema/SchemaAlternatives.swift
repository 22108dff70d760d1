internal import BitNetTokenizers

/// Follows `$ref`, `allOf`, `anyOf` and `oneOf` until only schemas without them are left.
struct SchemaAlternatives {
    let root: SchemaReference
    let index: SchemaIndex
    /// Whether alternatives of `oneOf` must be told apart.
    var checksOneOf = true

    /// A place in the search: schemas that are done and those to look at.
    private struct Branch {
        var done: [SchemaReference] = []
        var open: [SchemaReference] = []
        var seen: Set<Int> = []
    }

    /// Lists of schemas: a value satisfies `schemas` if it satisfies all of one of the lists.
    func alternatives(
        of schemas: [SchemaReference]
    ) throws(ConstraintError) -> [[SchemaReference]] {
        var results: [[SchemaReference]] = []
        var branches = [Branch(open: schemas.reversed())]
        while var branch = branches.popLast() {
            guard let schema = branch.open.popLast() else {
                results.append(branch.done)
                guard results.count <= ConstraintLimits.alternatives else {
                    throw tooMany(schemas[0])
                }
                continue
            }
            guard branch.seen.insert(schema.identity).inserted else {
                branches.append(branch)
                continue
            }
            try follow(schema, branch, &branches)
            guard branches.count <= ConstraintLimits.alternatives else { throw tooMany(schema) }
        }
        return results
    }

    private func tooMany(_ schema: SchemaReference) -> ConstraintError {
        schema.error(
            .tooLarge, found: "unions of more than \(ConstraintLimits.alternatives) alternatives",
            expected: "fewer alternatives, or unions that are not multiplied by one another")
    }

    private func follow(
        _ schema: SchemaReference, _ branch: Branch, _ branches: inout [Branch]
    ) throws(ConstraintError) {
        var branch = branch
        guard schema.value.kind == .object || schema.value.kind == .bool else {
            throw schema.error(.malformed, expected: "a schema: an object, true or false")
        }
        branch.done.append(schema)
        if let reference = schema.member("$ref") { branch.open.append(try target(of: reference)) }
        if let all = schema.member("allOf") {
            try all.required(.array, "a list of schemas")
            branch.open += all.elements.reversed()
        }
        var next = [branch]
        for keyword in ["anyOf", "oneOf"] {
            guard let union = schema.member(keyword) else { continue }
            try union.required(.array, "a list of schemas")
            let choices = union.elements
            if checksOneOf, keyword == "oneOf" {
                try OneOfCheck(root: root, index: index).check(union, choices)
            }
            guard next.count * choices.count <= ConstraintLimits.alternatives else {
                throw tooMany(union)
            }
            next = next.flatMap { branch in
                choices.map { choice in
                    var branch = branch
                    branch.open.append(choice)
                    return branch
                }
            }
        }
        branches += next.reversed()
    }

    /// The schema that `$ref` names; a chain of references must come to an end.
    private func target(of reference: SchemaReference) throws(ConstraintError) -> SchemaReference {
        var reference = reference
        var seen: Set<Int> = []
        while true {
            let target = try resolve(reference)
            guard target.value.kind == .object, let next = target.member("$ref"),
                target.elementsCount == 1
            else { return target }
            guard seen.insert(target.identity).inserted else {
                throw reference.error(
                    .unsatisfiable, found: "references that only lead to one another",
                    expected: "a reference to a schema with other keywords")
            }
            reference = next
        }
    }

    private func resolve(_ reference: SchemaReference) throws(ConstraintError) -> SchemaReference {
        guard let text = reference.value.string else {
            throw reference.error(.malformed, expected: "a reference such as #/$defs/name")
        }
        guard text == "#" || text.hasPrefix("#/") else {
            throw reference.error(
                .unsupported, expected: "a reference into the same schema, such as #/$defs/name")
        }
        var target = root
        for part in text.dropFirst(2).split(separator: "/", omittingEmptySubsequences: false)
        where text != "#" {
            let name = Self.unescaped(part)
            let next: SchemaReference?
            if target.value.kind == .array, let index = Int(name) {
                let elements = target.elements
                next = elements.indices.contains(index) ? elements[index] : nil
            } else {
                next = self.index.member(name, of: target)
            }
            guard let next else {
                throw reference.error(
                    .malformed,
                    expected: "a reference to something that is there; "
                        + "\(target.pointer) has no \"\(name)\"")
            }
            target = next
        }
        return target
    }

    /// A part of a JSON pointer in a URI fragment without its escapes.
    private static func unescaped(_ part: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(part.utf8)[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), digits.count == 2, let value = UInt8(digits, radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else if byte == UInt8(ascii: "~"), let next = rest.first, next == 0x30 || next == 0x31
            {
                bytes.append(next == 0x30 ? UInt8(ascii: "~") : UInt8(ascii: "/"))
                rest = rest.dropFirst()
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension SchemaReference {
    /// The number of members of an object.
    fileprivate var elementsCount: Int {
        var count = 0
        for _ in value.members { count += 1 }
        return count
    }
}
