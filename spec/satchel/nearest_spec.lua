local nearest = require "satchel.nearest"

local names = { password = true, user = true, subject = true, received = true }

describe("the nearest name", function()
  for _, case in ipairs {
    { "pasword", "password" }, { "passwrod", "password" }, { "Subject", "subject" },
    { "recieved", "received" }, { "usr", "user" }, { "xyzzy", nil }, { "", nil },
    { 12, nil }, { ("a"):rep(200), nil },
  } do
    it(("of %q is %s"):format(tostring(case[1]):sub(1, 20), case[2]), function()
      assert.equal(case[2], (nearest.find(case[1], names)))
    end)
  end

  it("is offered in words", function()
    assert.equal("; did you mean 'user'?", nearest.suggestion("usre", names))
    assert.equal("", nearest.suggestion("zzz", names))
  end)
end)
