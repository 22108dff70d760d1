extension TemplateDate {
    private static let months = [
        "January", "February", "March", "April", "May", "June", "July", "August", "September",
        "October", "November", "December",
    ]
    private static let weekdays = [
        "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday",
    ]

    /// The text of this date by Python's `strftime` in the C locale, without a time zone; `nil`
    /// and the directive if one is not known.
    func formatted(_ format: String) -> Result<String, UnknownDirective> {
        var result = ""
        var scalars = format.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "%" else {
                result.unicodeScalars.append(scalar)
                continue
            }
            guard let directive = scalars.next() else { return .failure(.init(name: "%")) }
            let isUnpadded = directive == "-"
            guard let letter = isUnpadded ? scalars.next() : directive,
                let text = isUnpadded ? unpadded(letter) : field(letter)
            else { return .failure(.init(name: "%\(directive)")) }
            result += text
        }
        return .success(result)
    }

    /// A `strftime` directive that is not supported.
    struct UnknownDirective: Error {
        let name: String
    }

    private func field(_ letter: Unicode.Scalar) -> String? {
        switch letter {
        case "Y": String(year)
        case "p": hour < 12 ? "AM" : "PM"
        case "B": monthName
        case "b", "h": String(monthName.prefix(3))
        case "A": weekdayName
        case "a": String(weekdayName.prefix(3))
        case "w": String(weekday)
        case "e": String(repeating: " ", count: day < 10 ? 1 : 0) + String(day)
        case "f": "000000"
        case "Z", "z": ""
        case "%": "%"
        case "n": "\n"
        case "t": "\t"
        default: padded(letter) ?? composite(letter)
        }
    }

    private func composite(_ letter: Unicode.Scalar) -> String? {
        let format: String
        switch letter {
        case "F": format = "%Y-%m-%d"
        case "T", "X": format = "%H:%M:%S"
        case "R": format = "%H:%M"
        case "D", "x": format = "%m/%d/%y"
        case "c": format = "%a %b %e %H:%M:%S %Y"
        default: return nil
        }
        return try? formatted(format).get()
    }

    private func padded(_ letter: Unicode.Scalar) -> String? {
        guard let text = unpadded(letter) else { return nil }
        return String(repeating: "0", count: max(0, (letter == "j" ? 3 : 2) - text.count)) + text
    }

    private func unpadded(_ letter: Unicode.Scalar) -> String? {
        switch letter {
        case "d": String(day)
        case "m": String(month)
        case "y": String(year % 100)
        case "H": String(hour)
        case "I": String((hour + 11) % 12 + 1)
        case "M": String(minute)
        case "S": String(second)
        case "j": String(dayOfYear)
        default: nil
        }
    }

    private var monthName: String {
        Self.months.indices.contains(month - 1) ? Self.months[month - 1] : ""
    }

    private var weekdayName: String { Self.weekdays[weekday] }

    /// Sunday is 0 (Sakamoto's method).
    private var weekday: Int {
        let offsets = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4]
        guard offsets.indices.contains(month - 1) else { return 0 }
        let year = month < 3 ? self.year - 1 : self.year
        let sum = year + year / 4 - year / 100 + year / 400 + offsets[month - 1] + day
        return (sum % 7 + 7) % 7
    }

    private var dayOfYear: Int {
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return lengths.prefix(max(0, month - 1)).reduce(day, +)
    }
}
