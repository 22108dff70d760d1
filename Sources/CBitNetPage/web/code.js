// Code blocks: the language's name, a copy button, and a little colour.

import { copyButton, element } from "./dom.js";

const WORDS = {
  c: "auto break case char class const constexpr continue default delete do double else enum extern float for if inline int long namespace new nullptr private public return short signed sizeof static struct switch template this throw try typedef typename union unsigned using virtual void volatile while",
  javascript: "async await break case catch class const continue default delete do else export extends false finally for from function if import in instanceof interface let new null of return static super switch this throw true try type typeof undefined var void while yield",
  python: "and as assert async await break class continue def del elif else except False finally for from global if import in is lambda None nonlocal not or pass raise return self True try while with yield match case",
  swift: "actor any as associatedtype async await break case catch class continue default defer do else enum extension false for func guard if import in init inout internal is let mutating nil package private protocol public return self Self some static struct switch throw throws true try typealias var where while",
  rust: "as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub ref return self Self static struct super trait true type unsafe use where while",
  go: "break case chan const continue default defer else fallthrough false for func go goto if import interface map nil package range return select struct switch true type var",
  java: "abstract boolean break byte case catch char class const continue default do double else enum extends false final finally float for if implements import instanceof int interface long new null package private protected public return short static super switch this throw throws true try var void while",
  shell: "case do done elif else esac export fi for function if in local return then until while cd echo",
  sql: "all and as asc between by case create delete desc distinct drop else end exists from group having in inner insert into is join left like limit not null on or order outer right select set table then union update values when where with",
  json: "true false null",
};
const NAMES = {
  cpp: "c", "c++": "c", h: "c", js: "javascript", jsx: "javascript", ts: "javascript",
  typescript: "javascript", py: "python", rs: "rust", golang: "go", kotlin: "java", csharp: "java",
  sh: "shell", bash: "shell", zsh: "shell",
};
const HASH_COMMENTS = ["python", "shell"];
const LONGEST_COLOURED = 40_000;

/// A block of code; it is coloured when it is `complete`.
export function codeBlock(language, text, complete) {
  const code = element("code", {}, complete ? coloured(language, text) : [text]);
  const name = language || "text";
  return element("figure", { class: "code" },
    element("figcaption", {}, element("span", { text: name }), copyButton("Copy code", () => text)),
    element("pre", {
      tabIndex: 0, attributes: { role: "region", "aria-label": `Code, ${name}` },
    }, code));
}

function coloured(language, text) {
  const name = language.toLowerCase();
  // A model may well name its language "constructor", which every object has.
  const key = Object.hasOwn(NAMES, name) ? NAMES[name] : name;
  if (!Object.hasOwn(WORDS, key) || text.length > LONGEST_COLOURED) return [text];
  return [...pieces(text, grammar(key, WORDS[key]))];
}

const grammars = new Map();

function grammar(key, words) {
  if (!grammars.has(key)) grammars.set(key, makeGrammar(key, words));
  return grammars.get(key);
}

function makeGrammar(key, words) {
  const comment = HASH_COMMENTS.includes(key) ? "#[^\\n]*"
    : key === "sql" ? "--[^\\n]*" : "//[^\\n]*|/\\*[^]*?(?:\\*/|$)";
  const string = "\"(?:\\\\.|[^\"\\\\\\n])*\"?|'(?:\\\\.|[^'\\\\\\n])*'?|`(?:\\\\.|[^`\\\\])*`?";
  const number = "\\b(?:0x[\\da-fA-F_]+|\\d[\\d_]*(?:\\.\\d+)?(?:e[+-]?\\d+)?)\\b";
  const keyword = `\\b(?:${words.split(" ").join("|")})\\b`;
  const source = `(?<comment>${comment})|(?<string>${string})|(?<number>${number})|(?<keyword>${keyword})`;
  return new RegExp(source, key === "sql" ? "gi" : "g");
}

function* pieces(text, grammar) {
  let at = 0;
  for (const match of text.matchAll(grammar)) {
    if (match.index > at) yield document.createTextNode(text.slice(at, match.index));
    const kind = Object.keys(match.groups).find((name) => match.groups[name] !== undefined);
    yield element("span", { class: `code-${kind}`, text: match[0] });
    at = match.index + match[0].length;
  }
  yield document.createTextNode(text.slice(at));
}
