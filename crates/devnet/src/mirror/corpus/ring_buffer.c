/* A queue of bytes in a fixed space; one writer and one reader. */
struct ring_buffer {
    unsigned char *space;
    size_t capacity;
    size_t head;
    size_t length;
};

size_t ring_buffer_write(struct ring_buffer *ring, const void *data, size_t count)
{
    const unsigned char *bytes = data;
    size_t room = ring->capacity - ring->length;
    size_t written = count < room ? count : room;
    size_t tail = (ring->head + ring->length) % ring->capacity;

    for (size_t i = 0; i < written; i++) {
        ring->space[tail] = bytes[i];
        tail = tail + 1 == ring->capacity ? 0 : tail + 1;
    }
    ring->length += written;
    return written;
}
