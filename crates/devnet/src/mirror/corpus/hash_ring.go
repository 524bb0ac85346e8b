// HashRing spreads keys over nodes so that few of them move when a node comes or goes.
type HashRing struct {
	points []uint32
	nodes  map[uint32]string
}

func (ring *HashRing) Add(node string, weight int) {
	if ring.nodes == nil {
		ring.nodes = make(map[uint32]string)
	}
	for i := 0; i < weight; i++ {
		point := crc32.ChecksumIEEE([]byte(fmt.Sprintf("%s#%d", node, i)))
		if _, taken := ring.nodes[point]; taken {
			continue
		}
		ring.nodes[point] = node
		ring.points = append(ring.points, point)
	}
	sort.Slice(ring.points, func(i, j int) bool { return ring.points[i] < ring.points[j] })
}

func (ring *HashRing) Find(key string) (string, bool) {
	if len(ring.points) == 0 {
		return "", false
	}
	hash := crc32.ChecksumIEEE([]byte(key))
	at := sort.Search(len(ring.points), func(i int) bool { return ring.points[i] >= hash })
	if at == len(ring.points) {
		at = 0
	}
	return ring.nodes[ring.points[at]], true
}
