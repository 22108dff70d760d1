#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A wall-clock date and time, as `strftime_now` formats it.
public struct TemplateDate: Sendable, Equatable {
    /// The year of the Gregorian calendar.
    public var year: Int
    /// The month, 1 to 12.
    public var month: Int
    /// The day of the month, 1 to 31.
    public var day: Int
    /// The hour, 0 to 23.
    public var hour: Int
    /// The minute, 0 to 59.
    public var minute: Int
    /// The second, 0 to 59.
    public var second: Int

    /// Creates a date and time of day.
    public init(year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }
}

/// Where `strftime_now` takes the time from; tests give a fixed one.
public struct TemplateClock: Sendable {
    /// The current local date and time.
    public var now: @Sendable () -> TemplateDate

    /// Creates a clock that asks `now`.
    public init(now: @escaping @Sendable () -> TemplateDate) { self.now = now }

    /// The clock of this machine in its time zone.
    public static let system = TemplateClock {
        let fields: Set<Calendar.Component> = [.year, .month, .day, .hour, .minute, .second]
        let parts = Calendar(identifier: .gregorian).dateComponents(fields, from: Date())
        return TemplateDate(
            year: parts.year ?? 1970, month: parts.month ?? 1, day: parts.day ?? 1,
            hour: parts.hour ?? 0, minute: parts.minute ?? 0, second: parts.second ?? 0)
    }

    /// A clock that stands still at `date`.
    public static func fixed(_ date: TemplateDate) -> TemplateClock {
        TemplateClock { date }
    }
}
