    /** The length of the shortest way from one node to each other, by Dijkstra's algorithm. */
    static Map<String, Long> shortestWays(Map<String, Map<String, Long>> roads, String from) {
        Map<String, Long> known = new TreeMap<>();
        PriorityQueue<Map.Entry<String, Long>> open =
                new PriorityQueue<>(Map.Entry.comparingByValue());
        open.add(Map.entry(from, 0L));
        while (!open.isEmpty()) {
            Map.Entry<String, Long> nearest = open.poll();
            if (known.putIfAbsent(nearest.getKey(), nearest.getValue()) != null) {
                continue;
            }
            Map<String, Long> onward = roads.getOrDefault(nearest.getKey(), Map.of());
            for (Map.Entry<String, Long> road : onward.entrySet()) {
                if (road.getValue() < 0) {
                    throw new IllegalArgumentException("a road has a negative length");
                }
                open.add(Map.entry(road.getKey(), nearest.getValue() + road.getValue()));
            }
        }
        return known;
    }
