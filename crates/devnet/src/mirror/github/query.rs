//! GraphQL queries, read: as much of the language as questions about pull requests need.

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::Chars;

use serde_json::{Map, Value};

/// A field that is asked for.
#[derive(Clone, Debug)]
pub(super) struct Field {
    /// What it is called in the answer.
    pub(super) alias: String,
    pub(super) name: String,
    pub(super) arguments: BTreeMap<String, Value>,
    pub(super) selections: Vec<Selection>,
}

/// What is asked of an object.
#[derive(Clone, Debug)]
pub(super) enum Selection {
    Field(Field),
    /// Only of objects of this type.
    On(String, Vec<Self>),
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Name(String),
    Number(i64),
    Text(String),
    Mark(char),
    Spread,
}

/// Reads a query with these variables.
///
/// # Errors
///
/// What is wrong with it, in words.
pub(super) fn parse(text: &str, variables: &Map<String, Value>) -> Result<Vec<Selection>, String> {
    let mut parser = Parser {
        tokens: tokens(text)?.into_iter().peekable(),
        variables,
    };
    if parser.takes_name("query") {
        if let Some(Token::Name(_)) = parser.tokens.peek() {
            parser.tokens.next();
        }
        if parser.takes('(') {
            parser.declarations()?;
        }
    }
    let selections = parser.selections()?;
    match parser.tokens.next() {
        None => Ok(selections),
        Some(token) => Err(format!("unexpected {token:?} after the query")),
    }
}

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(&next) = chars.peek() {
        match next {
            ' ' | '\n' | '\r' | '\t' | ',' => drop(chars.next()),
            '.' => {
                for _ in 0..3 {
                    if chars.next() != Some('.') {
                        return Err("`...` was expected".to_owned());
                    }
                }
                tokens.push(Token::Spread);
            }
            '"' => tokens.push(Token::Text(quoted(&mut chars)?)),
            '-' | '0'..='9' => {
                let digits = taken(&mut chars, |c| c == '-' || c.is_ascii_digit());
                let number = digits
                    .parse()
                    .map_err(|_| format!("`{digits}` is no number"))?;
                tokens.push(Token::Number(number));
            }
            'a'..='z' | 'A'..='Z' | '_' => {
                let name = taken(&mut chars, |c| c == '_' || c.is_ascii_alphanumeric());
                tokens.push(Token::Name(name));
            }
            '{' | '}' | '(' | ')' | '[' | ']' | ':' | '!' | '$' | '=' => {
                chars.next();
                tokens.push(Token::Mark(next));
            }
            _ => return Err(format!("unexpected `{next}`")),
        }
    }
    Ok(tokens)
}

fn taken(chars: &mut Peekable<Chars<'_>>, fits: impl Fn(char) -> bool) -> String {
    let mut taken = String::new();
    while let Some(next) = chars.next_if(|next| fits(*next)) {
        taken.push(next);
    }
    taken
}

fn quoted(chars: &mut Peekable<Chars<'_>>) -> Result<String, String> {
    chars.next();
    let mut text = String::new();
    loop {
        match chars.next() {
            Some('"') => return Ok(text),
            Some('\\') => text.extend(chars.next()),
            Some(next) => text.push(next),
            None => return Err("a text has no end".to_owned()),
        }
    }
}

struct Parser<'v> {
    tokens: Peekable<std::vec::IntoIter<Token>>,
    variables: &'v Map<String, Value>,
}

impl Parser<'_> {
    fn takes(&mut self, mark: char) -> bool {
        self.tokens.next_if_eq(&Token::Mark(mark)).is_some()
    }

    fn takes_name(&mut self, name: &str) -> bool {
        self.tokens
            .next_if_eq(&Token::Name(name.to_owned()))
            .is_some()
    }

    fn must(&mut self, mark: char) -> Result<(), String> {
        let found = self.tokens.next();
        match found {
            Some(Token::Mark(found)) if found == mark => Ok(()),
            other => Err(format!("`{mark}` was expected and not {other:?}")),
        }
    }

    fn name(&mut self) -> Result<String, String> {
        match self.tokens.next() {
            Some(Token::Name(name)) => Ok(name),
            other => Err(format!("a name was expected and not {other:?}")),
        }
    }

    /// `$name: Type! = value`, up to the closing bracket.
    fn declarations(&mut self) -> Result<(), String> {
        while !self.takes(')') {
            self.must('$')?;
            let name = self.name()?;
            self.must(':')?;
            let list = self.takes('[');
            self.name()?;
            let _ = self.takes('!');
            if list {
                self.must(']')?;
            }
            let required = self.takes('!');
            if required && !self.variables.contains_key(&name) {
                return Err(format!("Variable ${name} was provided invalid value"));
            }
        }
        Ok(())
    }

    fn selections(&mut self) -> Result<Vec<Selection>, String> {
        self.must('{')?;
        let mut selections = Vec::new();
        while !self.takes('}') {
            selections.push(self.selection()?);
        }
        Ok(selections)
    }

    fn selection(&mut self) -> Result<Selection, String> {
        if self.tokens.next_if_eq(&Token::Spread).is_some() {
            if !self.takes_name("on") {
                return Err("named fragments are not known here".to_owned());
            }
            let kind = self.name()?;
            return Ok(Selection::On(kind, self.selections()?));
        }
        let alias = self.name()?;
        let name = if self.takes(':') {
            self.name()?
        } else {
            alias.clone()
        };
        let mut arguments = BTreeMap::new();
        if self.takes('(') {
            while !self.takes(')') {
                let name = self.name()?;
                self.must(':')?;
                arguments.insert(name, self.value()?);
            }
        }
        let nested = self.tokens.peek() == Some(&Token::Mark('{'));
        let selections = if nested {
            self.selections()?
        } else {
            Vec::new()
        };
        Ok(Selection::Field(Field {
            alias,
            name,
            arguments,
            selections,
        }))
    }

    /// A value; an enum's member is its name.
    fn value(&mut self) -> Result<Value, String> {
        match self.tokens.next() {
            Some(Token::Mark('$')) => {
                let name = self.name()?;
                Ok(self.variables.get(&name).cloned().unwrap_or_default())
            }
            Some(Token::Name(name)) => Ok(match name.as_str() {
                "true" => true.into(),
                "false" => false.into(),
                "null" => Value::Null,
                _ => name.into(),
            }),
            Some(Token::Number(number)) => Ok(number.into()),
            Some(Token::Text(text)) => Ok(text.into()),
            Some(Token::Mark('[')) => {
                let mut list = Vec::new();
                while !self.takes(']') {
                    list.push(self.value()?);
                }
                Ok(list.into())
            }
            Some(Token::Mark('{')) => {
                let mut members = Map::new();
                while !self.takes('}') {
                    let name = self.name()?;
                    self.must(':')?;
                    members.insert(name, self.value()?);
                }
                Ok(members.into())
            }
            other => Err(format!("a value was expected and not {other:?}")),
        }
    }
}
