import BitNetTokenizers
import Foundation
import Testing

/// Templates made to exhaust stack, memory or time: each ends with an error, soon.
@Suite struct ChatTemplateHostileTests {
    static func nested(_ open: String, _ core: String, _ close: String, _ count: Int) -> String {
        String(repeating: open, count: count) + core + String(repeating: close, count: count)
    }

    static let deepSources: [String] = [
        "{{ " + nested("(", "1", ")", 50_000) + " }}",
        "{{ " + nested("[", "1", "]", 50_000) + " }}",
        "{{ " + nested("{'a':", "1", "}", 50_000) + " }}",
        "{{ " + nested("not ", "1", "", 50_000) + " }}",
        "{{ " + nested("- ", "1", "", 50_000) + " }}",
        "{{ " + nested("1 if 1 else ", "1", "", 50_000) + " }}",
        "{{ 1" + nested(" if 1", "", "", 50_000) + " }}",
        "{{ " + nested("a[", "1", "]", 50_000) + " }}",
        "{{ " + nested("range(", "1", ")", 50_000) + " }}",
        "{{ " + nested("1|default(", "1", ")", 50_000) + " }}",
        "{{ 1 is eq " + nested("[", "1", "]", 50_000) + " }}",
        nested("{% if 1 %}", "x", "{% endif %}", 50_000),
        nested("{% for i in [1] %}", "x", "{% endfor %}", 20_000),
        nested("{% set x %}", "x", "{% endset %}", 20_000),
        nested("{% macro m() %}", "x", "{% endmacro %}", 20_000),
        "{% set " + nested("(", "a", ")", 50_000) + " = 1 %}",
        String(repeating: "x", count: 2 << 20),
    ]

    @Test(arguments: deepSources.indices)
    func deepSourcesAreRefused(index: Int) throws {
        let error = #expect(throws: ChatTemplateError.self) {
            _ = try ChatTemplate(Self.deepSources[index])
        }
        #expect(error?.code == .limit, "\(String(describing: error))")
    }

    @Test func longChainsDoNotNest() throws {
        let count = 20_000
        let sum = "{{ 0" + String(repeating: " + 1", count: count) + " }}"
        #expect(try ChatTemplate(sum).render([:]) == "\(count)")
        let text = "{{ ''" + String(repeating: " ~ 'x'", count: count) + " }}"
        #expect(try ChatTemplate(text).render([:]).utf8.count == count)
        let filters = "{{ 'x'" + String(repeating: "|trim", count: count) + " }}"
        #expect(try ChatTemplate(filters).render([:]) == "x")
        let either = "{{ 0" + String(repeating: " or 0", count: count) + " or 7 }}"
        #expect(try ChatTemplate(either).render([:]) == "7")
        let branches =
            "{% if 0 %}" + String(repeating: "{% elif 0 %}", count: count) + "{% endif %}"
        #expect(try ChatTemplate(branches).render([:]) == "")
    }

    static let endless: [String] = [
        "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
        "{% macro m() %}x{% endmacro %}"
            + "{% for a in range(100000) %}{% for b in range(90) %}{{ m() }}{% endfor %}{% endfor %}",
        "{% set ns = namespace(x='ab') %}{% for i in range(100) %}{% set ns.x = ns.x ~ ns.x %}"
            + "{% endfor %}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(100) %}{% set ns.x = ns.x + ns.x %}"
            + "{% endfor %}",
        "{% set ns = namespace(x=[]) %}{% for i in range(100000) %}{% set ns.x = [ns.x] %}"
            + "{% endfor %}{{ ns.x }}",
        "{% set ns = namespace(x={}) %}{% for i in range(100000) %}{% set ns.x = {'a': ns.x} %}"
            + "{% endfor %}{{ ns.x|tojson }}",
        "{% set ns = namespace(x=[]) %}{% for i in range(90) %}{% set ns.x = [ns.x, ns.x] %}"
            + "{% endfor %}{{ ns.x }}",
        "{% set ns = namespace(x=[]) %}{% for i in range(90) %}{% set ns.x = [ns.x, ns.x] %}"
            + "{% endfor %}{{ ns.x|tojson }}",
        "{% set ns = namespace(x=[], y=[]) %}{% for i in range(90) %}{% set ns.x = [ns.x, ns.x] %}"
            + "{% set ns.y = [ns.y, ns.y] %}{% endfor %}{{ ns.x == ns.y }}",
        "{{ 'x' * 1000000000000 }}", "{{ [1] * 1000000000000 }}", "{{ ('x' * 1000000) * 1000000 }}",
        "{{ 'x'|center(1000000000) }}", "{{ 'x'.ljust(1000000000) }}",
        "{{ ('a' * 100000)|replace('a', 'b' * 100000) }}",
        "{{ ('a' * 100000).replace('', 'b' * 100000) }}",
        "{{ ('\\n' * 100000)|indent(1000, blank=true) }}", "{{ 'x'|indent(1000000000) }}",
        "{{ [1]|tojson(indent=1000000000) }}",
        "{{ ('b' * 100000).join('a' * 100000) }}",
        "{{ ('a' * 100000)|list|join('b' * 100000) }}",
        "{% for i in range(100000) %}{{ 'x' * 1000 }}{% endfor %}",
        "{% set s = 'a' * 10000000 %}{% for i in range(100000) %}{{ 'b' in s }}{% endfor %}",
        "{% set s = 'a' * 10000000 %}{% for i in range(100000) %}{% set t = s|trim %}{% endfor %}",
        "{% set s = 'a' * 10000000 %}{% for i in range(100000) %}{{ s == s ~ '' }}{% endfor %}",
        "{% set s = 'a' * 10000000 %}{% for i in range(100000) %}{{ s[5] }}{% endfor %}",
        "{% set s = 'a' * 10000000 %}{% for i in range(100000) %}{{ {s: 1} is mapping }}{% endfor %}",
        "{% for i in range(100000) %}{% macro m() %}{% endmacro %}{% endfor %}",
        "{% for i in range(100000) %}{% set ns = namespace() %}{% endfor %}",
        "{% set l = range(100000)|list %}{% for i in l %}{{ i in l }}{% endfor %}",
        "{% set l = range(100000) %}{% for i in l %}{% set x = l|sort|map('string')|list %}{% endfor %}",
        "{% set ns = namespace(l=[]) %}{% for i in range(100000) %}{% set ns.l = ns.l + [i] %}"
            + "{% endfor %}",
        "{{ 9223372036854775807 + 1 }}", "{{ 3 ** 1000 }}", "{{ -9223372036854775807 - 2 }}",
        "{{ 99999999999999999999 }}", "{{ 2 ** 9223372036854775807 }}",
        "{{ range(9223372036854775807) }}",
        "{{ range(-9223372036854775807, 9223372036854775807) }}",
        "{% set ns = namespace() %}{% set ns.x = ns %}{{ ns }}",
        "{% set ns = namespace() %}{% set ns.x = ns %}{{ ns|tojson }}",
        "{{ range(100000)|map('map', 'map')|list|map('list')|list }}",
        "{{ strftime_now('%c' * 4000000) }}",
    ]

    @Test(arguments: endless.indices)
    func endlessTemplatesAreStopped(index: Int) throws {
        let clock = ContinuousClock()
        let start = clock.now
        #expect(throws: ChatTemplateError.self) {
            _ = try ChatTemplate(Self.endless[index]).render([:])
        }
        #expect(clock.now - start < .seconds(30), "\(Self.endless[index])")
    }

    static let extremes: [(source: String, rendered: String)] = [
        ("{{ -9223372036854775807 - 1 }}", "-9223372036854775808"),
        ("{{ (-9223372036854775807 - 1) % -1 }}", "0"),
        ("{{ 'abc'[-9223372036854775807:9223372036854775807] }}", "abc"),
        ("{{ 'abc'[::9223372036854775807] }}", "a"),
        ("{{ 'abc'[::-9223372036854775807] }}", "c"),
        ("{{ [1, 2, 3][9223372036854775807] is defined }}", "False"),
        ("{{ ('aab' * 3000000) is string }}", "True"),
        ("{{ ('a' * 200000).count('a' * 100000 ~ 'b') }}", "0"),
        ("{{ 'x'.zfill(-9223372036854775807) }}", "x"),
        ("{{ '-x'.zfill(-9223372036854775807 - 1) }}", "-x"),
        ("{{ 'a b'.split(none, -9223372036854775807 - 1)|length }}", "2"),
        (
            "{{ range(9223372036854775800, 9223372036854775807, 5)|list }}",
            "[9223372036854775800, 9223372036854775805]"
        ),
        ("{{ 1.5|round(9223372036854775807) }}", "1.5"),
        ("{{ 1.5|round(-9223372036854775807 - 1) }}", "1.5"),
        ("{{ 'nan'|float|int }}", "0"), ("{{ 1e300|int is integer }}", "True"),
        ("{{ '' * 1000000000000 }}{{ [] * 1000000000000 }}", "[]"),
    ]

    @Test(arguments: extremes.indices)
    func extremeNumbersDoNotTrap(index: Int) throws {
        let (source, rendered) = Self.extremes[index]
        #expect(try ChatTemplate(source).render([:]) == rendered, "\(source)")
    }

    @Test func truncatedTemplatesDoNotTrap() throws {
        let source =
            "{%- macro m(a, b=1) -%}{{ (a|default('x\\u00e9', true))[1:-1] ~ {'k': 0x1F}['k'] "
            + "}}{%- endmacro -%}{% for k, v in d.items() if v is not none %}{# c #}{% raw -%} r "
            + "{%- endraw %}{{ loop.cycle(m(k, b=2.5e3), 'é') }}{% else %}{% endfor %}"
        let scalars = Array(source.unicodeScalars)
        for end in scalars.indices {
            for start in [0, end / 2] {
                var view = String.UnicodeScalarView()
                view.append(contentsOf: scalars[start..<end])
                _ = try? ChatTemplate(String(view)).render(["d": ["a": 1]])
            }
        }
        #expect(try ChatTemplate(source).render(["d": ["ab": 1]]) == "r31")
    }

    /// Threads of Apple systems have a stack of 512 KiB; half of it must do.
    @Test func theDeepestTemplatesFitASmallStack() throws {
        let deepest = Self.nested("(", "m(n - 1)", ")", 58)
        let sources =
            [
                "{% macro m(n) %}{% if n %}{{ \(deepest) }}{% endif %}{% endmacro %}{{ m(1000) }}",
                "{% macro m() %}{{ [[[[[[m()]]]]]]|first ~ (1 + (2 * (3 - m()|length))) }}{% endmacro %}"
                    + "{{ m() }}",
                "{% macro m() %}{% for a in [1] %}{% set x %}{% filter upper %}{{ m() }}{% endfilter %}"
                    + "{% endset %}{% endfor %}{% endmacro %}{{ m() }}",
                "{{ " + Self.nested("[", "1", "]", 31) + " }}",
                "{{ " + Self.nested("-", "1", "", 62) + " }}",
                Self.nested("{% if 1 %}", "x", "{% endif %}", 63),
                Self.nested("{% for i in [1] %}{% set a %}", "x", "{% endset %}{% endfor %}", 31),
                "{% macro m() %}" + Self.nested("{% with %}", "{{ m() }}", "{% endwith %}", 60)
                    + "{% endmacro %}{{ m() }}",
            ] + Self.deepSources + [Self.endless[6], Self.endless[8], Self.endless[10]]
        let finished = DispatchSemaphore(value: 0)
        let thread = Thread {
            for source in sources { _ = try? ChatTemplate(source).render([:]) }
            finished.signal()
        }
        thread.stackSize = 256 << 10
        thread.start()
        #expect(finished.wait(timeout: .now() + 120) == .success)
    }
}
