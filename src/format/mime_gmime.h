/*
** GMime, made ready once in a process.  It keeps tables for as long as the
** process lives; they are not taken down, for another user of GMime in the
** same process may need them.
*/
#ifndef sat_mime_gmime_h
#define sat_mime_gmime_h

void sat_gmime_start(void);

#endif
