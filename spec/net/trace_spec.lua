local mask = require "satchel.core".net.mask

describe("core.net.mask", function()
  local cases = {
    { "Authorization: Basic dTpw", "Authorization: Basic ***" },
    { "authorization:Bearer abc", "authorization:Bearer ***" },
    { "Authorization: dTpw==", "Authorization: ***" },
    { "Proxy-Authorization: NTLM TlRM", "Proxy-Authorization: NTLM ***" },
    { "WWW-Authenticate: NTLM TlRM", "WWW-Authenticate: NTLM ***" },
    { "WWW-Authenticate: Negotiate", "WWW-Authenticate: Negotiate" },
    { "Cookie: a=1; b=2", "Cookie: ***" },
    { "Set-Cookie: MapiContext=abc; path=/", "Set-Cookie: ***" },
    { "Content-Length: 3", "Content-Length: 3" },
    { "PASS secret", "PASS ***" },
    { "a1 LOGIN anna secret", "a1 LOGIN ***" },
    { "a1 NOOP", "a1 NOOP" },
    { "user=anna&password=secret&x=1", "user=anna&password=***&x=1" },
    { "grant_type=a&refresh_token=abc", "grant_type=a&refresh_token=***" },
    { '{"password": "se\\"cret", "x": 1}', '{"password": ***, "x": 1}' },
    { '{"access_token":"abc"}', '{"access_token":***}' },
    { "my_password_hint: 1", "my_password_hint: 1" },
    { "password", "password" },
    { "password=", "password=***" },
    { 'password="abc', "password=***" },
    { 'password="a\\', "password=***" },
    { "", "" },
    { "GET / HTTP/1.1\r\nCookie: x\r\n\r\n", "GET / HTTP/1.1\nCookie: ***\n\n" },
  }
  for _, case in ipairs(cases) do
    it(("masks %q"):format(case[1]), function()
      assert.equal(case[2], mask(case[1]))
    end)
  end

  it("masks wherever a line is cut", function()
    local line = "Authorization: Basic c2VjcmV0"
    for i = 22, #line do
      assert.equal("Authorization: Basic ***", mask(line:sub(1, i)))
    end
  end)
end)
