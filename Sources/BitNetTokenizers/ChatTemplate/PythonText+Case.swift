extension String {
    /// Python's `str.capitalize`: the first letter in title case, the rest in lower case.
    var pythonCapitalized: String {
        guard let first = unicodeScalars.first else { return "" }
        return first.properties.titlecaseMapping
            + String(unicodeScalars.dropFirst()).lowercased()
    }

    /// Python's `str.title`: every run of letters begins in title case.
    var pythonTitled: String {
        var result = ""
        var isInWord = false
        for scalar in unicodeScalars {
            let properties = scalar.properties
            result += isInWord ? properties.lowercaseMapping : properties.titlecaseMapping
            isInWord = properties.isCased
        }
        return result
    }

    /// Jinja's `title` filter: words begin after spaces and opening brackets.
    var jinjaTitled: String {
        var result = ""
        var isInWord = false
        for scalar in unicodeScalars {
            let properties = scalar.properties
            result += isInWord ? properties.lowercaseMapping : properties.uppercaseMapping
            isInWord = !(scalar.isPythonSpace || "-({[<".unicodeScalars.contains(scalar))
        }
        return result
    }

    /// Python's `str.swapcase`.
    var pythonSwapped: String {
        var result = ""
        for scalar in unicodeScalars {
            let properties = scalar.properties
            if properties.isUppercase {
                result += properties.lowercaseMapping
            } else if properties.isLowercase {
                result += properties.uppercaseMapping
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Whether the string has letters with case, and all of them are upper (or lower) case.
    func hasOnlyCase(upper: Bool) -> Bool {
        var hasCased = false
        for properties in unicodeScalars.lazy.map(\.properties) {
            let isTitle = properties.generalCategory == .titlecaseLetter
            if isTitle || (upper ? properties.isLowercase : properties.isUppercase) { return false }
            hasCased = hasCased || (upper ? properties.isUppercase : properties.isLowercase)
        }
        return hasCased
    }

    /// Whether the string is not empty and all its scalars satisfy `predicate`.
    func isAll(_ predicate: (Unicode.Scalar) -> Bool) -> Bool {
        !unicodeScalars.isEmpty && unicodeScalars.allSatisfy(predicate)
    }
}

extension Unicode.Scalar {
    /// Python's `str.isalpha` of one character.
    var isPythonLetter: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            true
        default: false
        }
    }

    /// Python's `str.isdecimal` of one character.
    var isPythonDecimal: Bool { properties.numericType == .decimal }

    /// Python's `str.isdigit` of one character.
    var isPythonDigit: Bool { isPythonDecimal || properties.numericType == .digit }

    /// Whether the regular expression `\w` matches.
    var isPythonWord: Bool {
        isPythonLetter || properties.numericType != nil || self == "_"
    }

    /// Python's `str.isprintable` of one character.
    var isPythonPrintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
            .paragraphSeparator:
            false
        case .spaceSeparator: self == " "
        default: true
        }
    }
}
