/// Returns e to the power `x` for `x` of at most 0, to about one unit in the last place.
///
/// It uses plain products and sums in a fixed order and no library call, so it gives the same
/// bits on every platform, and a loop over it is vectorised. Below -87, where single precision
/// ends, it is exactly 0.
@inline(__always)
package func exponential(_ x: Float) -> Float {
    // x = n ln 2 + r with |r| <= ln 2 / 2. Adding 1.5 * 2^23 rounds to the integer n, and leaves
    // it in the low bits. ln 2 has two parts, the first of which makes n times it exact.
    let shift: Float = 0x1.8p23
    let clamped = x < -87 ? -87 : x
    let shifted = clamped * 1.44269504 + shift
    let n = shifted - shift
    let r = (clamped - n * 0.693359375) + n * 2.12194440e-4
    // Taylor: the next term is at most 0.347^8 / 8!, or 5e-9.
    var power: Float = 1.0 / 5040
    power = power * r + 1.0 / 720
    power = power * r + 1.0 / 120
    power = power * r + 1.0 / 24
    power = power * r + 1.0 / 6
    power = power * r + 0.5
    power = power * r + 1
    power = power * r + 1
    let scale = Float(bitPattern: (shifted.bitPattern &<< 23) &+ (127 &<< 23))
    return x < -87 ? 0 : power * scale
}
