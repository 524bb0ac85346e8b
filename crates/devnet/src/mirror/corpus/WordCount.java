    /** Counts words, without regard to case, most frequent first. */
    static Map<String, Integer> wordCount(Reader reader, int most) throws IOException {
        Map<String, Integer> counts = new HashMap<>();
        StringBuilder word = new StringBuilder();
        int character;
        do {
            character = reader.read();
            if (character >= 0 && Character.isLetterOrDigit(character)) {
                word.append((char) Character.toLowerCase(character));
            } else if (word.length() > 0) {
                counts.merge(word.toString(), 1, Integer::sum);
                word.setLength(0);
            }
        } while (character >= 0);
        Map<String, Integer> ranked = new LinkedHashMap<>();
        counts.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed()
                        .thenComparing(Map.Entry.comparingByKey()))
                .limit(most)
                .forEach(entry -> ranked.put(entry.getKey(), entry.getValue()));
        return ranked;
    }
