// serverless-offline wants a CommonJS module that is a function.
module.exports = require('./gateway.ts').authenticationFor;
