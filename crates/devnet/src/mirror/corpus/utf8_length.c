/* Counts the characters of UTF-8 text, or gives -1 where it is broken. */
long utf8_length(const unsigned char *text, size_t size)
{
    long count = 0;
    size_t at = 0;

    while (at < size) {
        unsigned char lead = text[at++];
        int more;

        if (lead < 0x80)
            more = 0;
        else if (lead >= 0xc2 && lead < 0xe0)
            more = 1;
        else if (lead >= 0xe0 && lead < 0xf0)
            more = 2;
        else if (lead >= 0xf0 && lead < 0xf5)
            more = 3;
        else
            return -1;
        while (more-- > 0) {
            if (at >= size || (text[at] & 0xc0) != 0x80)
                return -1;
            at++;
        }
        count++;
    }
    return count;
}
