// ReadFrames splits a stream into frames with a length of four bytes before each.
func ReadFrames(r io.Reader, limit uint32, each func([]byte) error) error {
	reader := bufio.NewReader(r)
	var header [4]byte
	for {
		if _, err := io.ReadFull(reader, header[:]); err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return fmt.Errorf("frame header: %w", err)
		}
		length := binary.BigEndian.Uint32(header[:])
		if length > limit {
			return fmt.Errorf("frame of %d bytes is over the limit of %d", length, limit)
		}
		frame := make([]byte, length)
		if _, err := io.ReadFull(reader, frame); err != nil {
			return fmt.Errorf("frame body: %w", err)
		}
		if err := each(frame); err != nil {
			return err
		}
	}
}
