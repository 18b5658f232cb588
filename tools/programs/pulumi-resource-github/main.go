// Command pulumi-resource-github serves the Terraform provider for GitHub to Pulumi, with the resource names of the npm package
// @pulumi/github. The official plugin is built the same way, but its module cannot be had from the module proxy.
//
// "pulumi-resource-github schema" prints the package schema. Kept beside the program as schema.json, it need not be computed at
// each start.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	github "github.com/integrations/terraform-provider-github/v6/github"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfgen"
	shim "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfshim/sdk-v2"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag"
	"github.com/pulumi/pulumi/sdk/v3/go/common/diag/colors"
)

// version is the version of the npm package whose resources this program serves.
const version = "6.15.0"

func provider() tfbridge.ProviderInfo {
	info := tfbridge.ProviderInfo{
		P:              shim.NewProvider(github.Provider()),
		Name:           "github",
		Version:        version,
		ResourcePrefix: "github",
		MetadataInfo:   tfbridge.NewProviderMetadata([]byte("{}")),
	}
	info.MustComputeTokens(tokens.SingleModule("github_", "index", tokens.MakeStandard("github")))
	info.SetAutonaming(255, "-")
	return info
}

func generate() ([]byte, error) {
	sink := diag.DefaultSink(os.Stderr, os.Stderr, diag.FormatOptions{Color: colors.Never})
	schema, err := tfgen.GenerateSchema(provider(), sink)
	if err != nil {
		return nil, err
	}
	return json.Marshal(schema)
}

func stored() ([]byte, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	if program, err = filepath.EvalSymlinks(program); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(filepath.Dir(program), "schema.json"))
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "schema" {
		schema, err := generate()
		if err != nil {
			fmt.Fprintln(os.Stderr, "pulumi-resource-github:", err)
			os.Exit(1)
		}
		os.Stdout.Write(schema)
		return
	}
	schema, err := stored()
	if err != nil {
		if schema, err = generate(); err != nil {
			fmt.Fprintln(os.Stderr, "pulumi-resource-github:", err)
			os.Exit(1)
		}
	}
	tfbridge.Main("github", version, provider(), schema)
}
