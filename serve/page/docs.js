/* global SwaggerUIBundle */
// @ts-ignore: a script of Swagger UI defines it.
SwaggerUIBundle({ url: "openapi.json", dom_id: "#documentation", deepLinking: true, validatorUrl: null });
