/// Decimal numbers between bounds, and multiples, as automata over their digits.
struct NumberRange {
    /// A bound and whether the number may be equal to it.
    struct Bound {
        var value: Decimal
        var isExclusive: Bool
    }

    var minimum: Bound?
    var maximum: Bound?
    var isInteger: Bool
    /// The number is a multiple of each.
    var divisors: [Decimal] = []

    /// Whether every number of its type is in it.
    var isUnbounded: Bool { minimum == nil && maximum == nil && divisors.isEmpty }

    /// The digits that a number has at most, so that readers that compute with doubles agree on the
    /// bounds.
    private static let mostDigits = 15
    private static let mostStates = 50_000
    private static let greatestDivisor = 1_000_000

    /// Raises the lower bound.
    mutating func require(atLeast bound: Bound) {
        guard let known = minimum else { return minimum = bound }
        if known.value < bound.value { minimum = bound }
        if known.value == bound.value {
            minimum?.isExclusive = known.isExclusive || bound.isExclusive
        }
    }

    /// Lowers the upper bound.
    mutating func require(atMost bound: Bound) {
        guard let known = maximum else { return maximum = bound }
        if bound.value < known.value { maximum = bound }
        if known.value == bound.value {
            maximum?.isExclusive = known.isExclusive || bound.isExclusive
        }
    }

    /// Whether `value` is in it.
    func contains(_ value: Decimal) -> Bool {
        if isInteger, !value.fraction.isEmpty { return false }
        if let minimum {
            if value < minimum.value { return false }
            if minimum.isExclusive, value == minimum.value { return false }
        }
        if let maximum {
            if maximum.value < value { return false }
            if maximum.isExclusive, value == maximum.value { return false }
        }
        return divisors.allSatisfy { Divisor($0).map { $0.divides(value) } ?? false }
    }

    /// The spellings of its numbers, without exponents.
    func expression(place: String) throws(ConstraintError) -> GrammarExpression {
        var divisorRules: [Divisor] = []
        for value in divisors {
            guard let divisor = Divisor(value), divisor.modulus <= Self.greatestDivisor else {
                throw ConstraintError(
                    .unsupported, place: place, found: "a multipleOf with many digits",
                    expected: "a multipleOf of at most \(Self.greatestDivisor)")
            }
            divisorRules.append(divisor)
        }
        let zero = Bound(value: Decimal(0), isExclusive: false)
        var positive = self
        positive.require(atLeast: zero)
        var negative = self
        negative.minimum = maximum.map {
            Bound(value: $0.value.negated, isExclusive: $0.isExclusive)
        }
        negative.maximum = minimum.map {
            Bound(value: $0.value.negated, isExclusive: $0.isExclusive)
        }
        negative.require(atLeast: Bound(value: Decimal(0), isExclusive: true))
        return .choice([
            try positive.magnitudes(divisorRules, place),
            .sequence([.text("-"), try negative.magnitudes(divisorRules, place)]),
        ])
    }

    /// The numbers of a range that begins at 0 or above.
    private func magnitudes(
        _ divisors: [Divisor], _ place: String
    ) throws(ConstraintError) -> GrammarExpression {
        if let maximum, maximum.value.isNegative { return .never }
        let bounds = [minimum, maximum].compactMap { $0?.value }
        let whole =
            maximum?.value.whole.count
            ?? max(
                Self.mostDigits, (minimum?.value.whole.count ?? 0) + 1)
        let most = max(
            Self.mostDigits, bounds.map { $0.whole.count + $0.fraction.count + 1 }.max() ?? 0)
        let reader = DigitReader(
            minimum: minimum, maximum: maximum, divisors: divisors, mostWhole: max(whole, 1),
            mostDigits: max(most, whole), allowsFraction: !isInteger)
        let automaton = ByteAutomaton(
            from: DigitReader.Place(divisors.count), limit: Self.mostStates,
            isFinal: reader.isFinal, step: reader.step)
        guard let automaton else {
            throw ConstraintError(
                .tooLarge, place: place, found: "a range of numbers with too many states",
                expected: "bounds with fewer digits, or a smaller multipleOf")
        }
        return .automaton(automaton)
    }
}

/// A divisor of decimals: numbers times 10^`scale` are multiples of `modulus`.
struct Divisor {
    var modulus: Int
    var scale: Int

    /// nil if it is not positive or has too many digits.
    init?(_ value: Decimal) {
        let digits = value.whole + value.fraction
        guard !value.isNegative, !value.isZero, digits.count <= 15 else { return nil }
        modulus = digits.reduce(0) { $0 * 10 + Int($1) }
        scale = value.fraction.count
    }

    func divides(_ value: Decimal) -> Bool {
        guard value.fraction.count <= scale else { return false }
        var rest = 0
        for digit in value.whole + value.fraction { rest = (rest * 10 + Int(digit)) % modulus }
        for _ in value.fraction.count..<scale { rest = rest * 10 % modulus }
        return rest == 0
    }
}

/// Reads the digits of a number that is not negative and compares it with bounds on the way.
struct DigitReader {
    let minimum: NumberRange.Bound?
    let maximum: NumberRange.Bound?
    let divisors: [Divisor]
    let mostWhole: Int
    let mostDigits: Int
    let allowsFraction: Bool

    /// What is known of a number behind some of its digits.
    struct Place: Hashable {
        enum Part: UInt8 { case start, zero, whole, point, fraction }

        var part = Part.start
        /// Digits of the part so far.
        var count = 0
        /// Digits before the point.
        var whole = 0
        /// How the digits so far compare with as many of the bound: -1 less, 0 equal, 1 greater.
        var minimumOrder: Int8 = 0
        var maximumOrder: Int8 = 0
        var rests: [Int]

        init(_ divisorCount: Int) { rests = [Int](repeating: 0, count: divisorCount) }
    }

    func step(_ place: Place, _ byte: UInt8) -> Place? {
        if byte == UInt8(ascii: ".") { return point(place) }
        guard byte >= 0x30, byte <= 0x39 else { return nil }
        let digit = byte - 0x30
        var next = place
        switch place.part {
        case .zero: return nil
        case .start where digit == 0:
            next.part = .zero
            return next
        case .start, .whole:
            guard place.whole < mostWhole else { return nil }
            next.part = .whole
            next.whole += 1
            next.minimumOrder = order(place.minimumOrder, digit, minimum?.value.whole, place.whole)
            next.maximumOrder = order(place.maximumOrder, digit, maximum?.value.whole, place.whole)
        case .point, .fraction:
            guard place.count + place.whole < mostDigits else { return nil }
            if let scale = divisors.map(\.scale).min(), place.count >= scale { return nil }
            next.part = .fraction
            next.count += 1
            next.minimumOrder = order(
                place.minimumOrder, digit, minimum?.value.fraction, place.count)
            next.maximumOrder = order(
                place.maximumOrder, digit, maximum?.value.fraction, place.count)
        }
        for (index, divisor) in divisors.enumerated() {
            next.rests[index] = (place.rests[index] * 10 + Int(digit)) % divisor.modulus
        }
        return canContinue(next) ? next : nil
    }

    private func order(_ order: Int8, _ digit: UInt8, _ digits: [UInt8]?, _ index: Int) -> Int8 {
        guard let digits, order == 0 else { return order }
        let other = index < digits.count ? digits[index] : 0
        return digit < other ? -1 : digit > other ? 1 : 0
    }

    private func point(_ place: Place) -> Place? {
        guard allowsFraction, place.part == .zero || place.part == .whole else { return nil }
        var next = place
        next.part = .point
        next.minimumOrder = wholeOrder(place.minimumOrder, place.whole, minimum)
        next.maximumOrder = wholeOrder(place.maximumOrder, place.whole, maximum)
        return next
    }

    /// How a number with `count` digits before the point compares with a bound, as far as these say.
    private func wholeOrder(_ order: Int8, _ count: Int, _ bound: NumberRange.Bound?) -> Int8 {
        guard let digits = bound?.value.whole else { return 0 }
        return count == digits.count ? order : count < digits.count ? -1 : 1
    }

    /// Whether digits can still bring the number under its upper bound.
    private func canContinue(_ place: Place) -> Bool {
        guard let maximum else { return true }
        if place.part == .fraction || place.part == .point { return place.maximumOrder <= 0 }
        return place.whole < maximum.value.whole.count || place.maximumOrder <= 0
    }

    func isFinal(_ place: Place) -> Bool {
        guard place.part != .start, place.part != .point else { return false }
        let fractionCount = place.part == .fraction ? place.count : 0
        for (rest, divisor) in zip(place.rests, divisors) {
            var rest = rest
            for _ in fractionCount..<max(divisor.scale, fractionCount) {
                rest = rest * 10 % divisor.modulus
            }
            if rest != 0 { return false }
        }
        let low = finalOrder(place, place.minimumOrder, minimum)
        let high = finalOrder(place, place.maximumOrder, maximum)
        let isAbove = minimum.map { low > 0 || low == 0 && !$0.isExclusive } ?? true
        let isBelow = maximum.map { high < 0 || high == 0 && !$0.isExclusive } ?? true
        return isAbove && isBelow
    }

    private func finalOrder(
        _ place: Place, _ order: Int8, _ bound: NumberRange.Bound?
    ) -> Int8 {
        guard let bound else { return 0 }
        var order = order
        var count = place.count
        if place.part != .fraction {
            order = wholeOrder(order, place.whole, bound)
            count = 0
        }
        return order == 0 && count < bound.value.fraction.count ? -1 : order
    }
}
