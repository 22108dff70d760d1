#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Android)
import Android
#endif

/// Python's arithmetic on numbers; whole numbers beyond 64 bits are refused.
enum PythonArithmetic {
    /// `left operation right` of whole numbers: `/` gives a floating-point number, `//` and `%`
    /// round down.
    static func combine(
        _ left: Int, _ operation: TemplateOperation.Operator, _ right: Int
    ) throws(ChatTemplateError) -> RuntimeValue {
        switch operation {
        case .add: return try exact(left.addingReportingOverflow(right))
        case .subtract: return try exact(left.subtractingReportingOverflow(right))
        case .multiply: return try exact(left.multipliedReportingOverflow(by: right))
        case .divide: return .number(try combine(Double(left), .divide, Double(right)))
        case .power: return try power(left, right)
        case .floorDivide, .remainder:
            guard right != 0 else { throw divisionByZero }
            guard right != -1 else {
                if operation == .remainder { return .integer(0) }
                return try exact(0.subtractingReportingOverflow(left))
            }
            let (quotient, remainder) = left.quotientAndRemainder(dividingBy: right)
            let isBelow = remainder != 0 && (remainder < 0) != (right < 0)
            if operation == .floorDivide { return .integer(isBelow ? quotient - 1 : quotient) }
            return .integer(isBelow ? remainder + right : remainder)
        }
    }

    private static var divisionByZero: ChatTemplateError { .invalid("division by zero") }

    private static func exact(
        _ result: (partialValue: Int, overflow: Bool)
    ) throws(ChatTemplateError) -> RuntimeValue {
        guard !result.overflow else {
            throw .unsupported("whole numbers beyond 64 bits are not supported")
        }
        return .integer(result.partialValue)
    }

    private static func power(_ base: Int, _ exponent: Int) throws(ChatTemplateError)
        -> RuntimeValue
    {
        guard exponent >= 0 else {
            return .number(try combine(Double(base), .power, Double(exponent)))
        }
        if base == 0 || base == 1 { return .integer(exponent == 0 ? 1 : base) }
        if base == -1 { return .integer(exponent % 2 == 0 ? 1 : -1) }
        var result = RuntimeValue.integer(1)
        for _ in 0..<exponent {
            result = try combine(result.integerValue ?? 0, .multiply, base)
        }
        return result
    }

    /// `left operation right` of floating-point numbers.
    static func combine(
        _ left: Double, _ operation: TemplateOperation.Operator, _ right: Double
    ) throws(ChatTemplateError) -> Double {
        switch operation {
        case .add: return left + right
        case .subtract: return left - right
        case .multiply: return left * right
        case .power: return try power(left, right)
        case .divide:
            guard right != 0 else { throw divisionByZero }
            return left / right
        case .floorDivide, .remainder:
            guard right != 0 else { throw divisionByZero }
            let parts = floorDivision(left, right)
            return operation == .remainder ? parts.remainder : parts.quotient
        }
    }

    private static func power(_ base: Double, _ exponent: Double) throws(ChatTemplateError)
        -> Double
    {
        let result = pow(base, exponent)
        if base.isFinite, exponent.isFinite, !result.isFinite {
            throw .invalid("'**' has no finite real result")
        }
        return result
    }

    /// CPython's `float_divmod`.
    private static func floorDivision(
        _ left: Double, _ right: Double
    ) -> (quotient: Double, remainder: Double) {
        var remainder = left.truncatingRemainder(dividingBy: right)
        var quotient = (left - remainder) / right
        if remainder != 0 {
            if (remainder < 0) != (right < 0) {
                remainder += right
                quotient -= 1
            }
        } else {
            remainder = right < 0 ? -0.0 : 0
        }
        guard quotient != 0 else { return (left / right < 0 ? -0.0 : 0, remainder) }
        var floored = quotient.rounded(.down)
        if quotient - floored > 0.5 { floored += 1 }
        return (floored, remainder)
    }

    /// Python's `round`: exact halves of the decimal go to the even neighbour.
    static func round(_ number: Double, digits: Int) -> Double {
        guard number.isFinite, digits > -300, digits < 300 else { return number }
        let scale = pow(10.0, Double(abs(digits)))
        let scaled = digits < 0 ? number / scale : number * scale
        guard scaled.magnitude < 4_503_599_627_370_496 else { return number }
        var rounded = scaled.rounded(.toNearestOrEven)
        if (scaled - scaled.rounded(.down)) == 0.5, digits > 0 {
            let error = (-scaled).addingProduct(number, scale)
            if error > 0 { rounded = scaled.rounded(.up) }
            if error < 0 { rounded = scaled.rounded(.down) }
        }
        return digits < 0 ? rounded * scale : rounded / scale
    }
}
