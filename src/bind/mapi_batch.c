#include "bind/mapi_http.h"
void sat_bind_mapi_batch(lua_State *L) { (void)L; }
