exports.handle = (_context, event) => event;
