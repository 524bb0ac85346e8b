//! The page of all miners.

use std::fmt::Write as _;

use super::layout::layout;
use super::row::Row;
use super::state::{moment, state};
use crate::Standings;
use crate::html::{Text, grouped};
use crate::view::{Column, Show, View};

/// The page of all miners in this order; who is not chosen is there and hidden, so that a script
/// can show him without asking again.
pub(crate) fn standings_page(
    standings: &Standings,
    version: &str,
    rows: &[Row],
    view: &View,
) -> String {
    let lines: usize = rows.iter().map(|row| row.text.len() + 12).sum();
    let mut main = String::with_capacity(lines + 6_000);
    head(&mut main, standings);
    main.push_str("<main id=\"main\">\n");
    main.push_str(&state(standings));
    toolbar(&mut main, view);
    let _ = write!(
        main,
        "<table id=\"miners\"><caption>Miners of subnet {} in round {}, at block {}</caption>\n\
         <thead><tr>",
        standings.netuid,
        standings.round,
        grouped(standings.block.0)
    );
    for column in Column::ALL {
        title(&mut main, view, column);
    }
    main.push_str(
        "<th scope=\"col\" class=\"why\"><span class=\"unseen\">Explanation</span></th></tr></thead>\n\
         <tbody id=\"rows\" data-live>\n",
    );
    let mut order: Vec<_> = standings.miners.iter().zip(rows).collect();
    order.sort_by(|(a, _), (b, _)| view.compare(a, b));
    let mut shown = 0_u32;
    for (miner, row) in order {
        let takes = view.takes(miner);
        shown += u32::from(takes);
        main.push_str(if takes { "<tr" } else { "<tr hidden" });
        main.push_str(&row.text);
    }
    let nobody = if shown == 0 { "" } else { " hidden" };
    let _ = write!(
        main,
        "</tbody></table>\n<p id=\"nobody\" class=\"quiet\"{nobody}>No miner is like that. \
         <a href=\"/\">Show all</a></p>\n</main>\n"
    );
    let title = format!(
        "Subnet {}: standings of round {}",
        standings.netuid, standings.round
    );
    layout(&title, version, &main)
}

fn head(out: &mut String, standings: &Standings) {
    let _ = write!(
        out,
        "<header class=\"top\"><h1>Subnet {}</h1>",
        standings.netuid
    );
    if !standings.mechanism.is_empty() {
        let _ = write!(
            out,
            "<p class=\"mechanism\">{}</p>",
            Text(&standings.mechanism)
        );
    }
    if let Some(at) = standings.as_of {
        let _ = write!(
            out,
            "<p class=\"when\" id=\"when\" data-live>as of {}</p>",
            moment(at)
        );
    }
    out.push_str("</header>\n");
}

fn toolbar(out: &mut String, view: &View) {
    let search = Text(&view.search);
    let _ = write!(
        out,
        "<form class=\"toolbar\" id=\"toolbar\" action=\"/\" role=\"search\">\
         <label class=\"unseen\" for=\"q\">Search by uid, hotkey or name</label>\
         <input type=\"search\" id=\"q\" name=\"q\" value=\"{search}\" maxlength=\"100\" \
         placeholder=\"uid, hotkey or name\" autocomplete=\"off\" spellcheck=\"false\">\
         <label class=\"unseen\" for=\"show\">Which miners</label><select id=\"show\" name=\"show\">",
    );
    for show in Show::ALL {
        let chosen = if show == view.show { " selected" } else { "" };
        let _ = write!(
            out,
            "<option value=\"{}\"{chosen}>{}</option>",
            show.name(),
            show.title()
        );
    }
    let _ = writeln!(
        out,
        "</select><input type=\"hidden\" name=\"sort\" value=\"{}\">\
         <input type=\"hidden\" name=\"order\" value=\"{}\">\
         <button type=\"submit\">Show</button></form>",
        view.by.name(),
        if view.turned { "turned" } else { "" },
    );
}

fn title(out: &mut String, view: &View, column: Column) {
    let sorted = match view.by == column {
        true => format!(" aria-sort=\"{}\"", view.direction()),
        false => String::new(),
    };
    let usual = if column.rises() {
        "ascending"
    } else {
        "descending"
    };
    let (name, title) = (column.name(), column.title());
    let query = match view.sorted_by(column).query() {
        query if query.is_empty() => "/".to_owned(),
        query => query,
    };
    let _ = write!(
        out,
        "<th scope=\"col\" class=\"{name}\"{sorted}><a href=\"{}\" data-sort=\"{name}\" \
         data-usual=\"{usual}\">{title}</a></th>",
        Text(&query),
    );
}
