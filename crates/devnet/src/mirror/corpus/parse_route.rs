/// A path with named parts, as in `/repos/{owner}/{name}`.
pub fn parse_route(pattern: &str) -> Result<Vec<Segment>, RouteError> {
    let mut segments = Vec::new();
    for (position, part) in pattern.split('/').skip(1).enumerate() {
        let segment = match part.strip_prefix('{') {
            Some(rest) => {
                let name = rest
                    .strip_suffix('}')
                    .ok_or(RouteError::Unclosed { position })?;
                if segments.contains(&Segment::Named(name.to_string())) {
                    return Err(RouteError::Repeated { position });
                }
                Segment::Named(name.to_string())
            }
            None if part.is_empty() => return Err(RouteError::Empty { position }),
            None => Segment::Fixed(part.to_string()),
        };
        segments.push(segment);
    }
    Ok(segments)
}
