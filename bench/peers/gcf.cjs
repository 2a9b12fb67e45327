const { cloudEvent } = require('@google-cloud/functions-framework');

cloudEvent('bench', () => {});
